import { testNodeServers } from "../../kit/suite/test_node_servers.ts";

testNodeServers();
