import { testNodeClients } from "../../kit/suite/test_node_clients.ts";
import { testOpenedSocket } from "../../kit/suite/test_open_web_socket.ts";

testNodeClients();
// Node 20 has none.
if (typeof WebSocket === "function") testOpenedSocket("Node's", "WebSocket");
