import { testNodeTransports } from "../../kit/node_transport_contract.ts";

testNodeTransports();
