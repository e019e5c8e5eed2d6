import { testNodeHttp2 } from "../../kit/node_http2_contract.ts";

testNodeHttp2();
