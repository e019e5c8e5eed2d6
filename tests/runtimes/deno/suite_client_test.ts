import { type OpenOptions, openWebSocket } from "../../../src/runtime/deno.ts";
import { engineTraits } from "../../kit/suite/engine_server.ts";
import { testClient } from "../../kit/suite/test_client.ts";
import { testNodeClients } from "../../kit/suite/test_node_clients.ts";
import { testOpenedSocket } from "../../kit/suite/test_open_web_socket.ts";

testClient({
  name: "the engine over Deno.connect",
  traits: engineTraits,
  connect: (url, options) => openWebSocket(url, options as OpenOptions),
});

testNodeClients();
testOpenedSocket("Deno's", "WebSocket");
