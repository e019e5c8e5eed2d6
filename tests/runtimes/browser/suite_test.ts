import { type OpenOptions, openWebSocket } from "../../../src/runtime/open_web_socket.ts";
import { testClient } from "../../kit/suite/test_client.ts";

for (const socket of ["WebSocketStream", "WebSocket"] as const) {
  testClient({
    name: `Chromium's ${socket}`,
    traits: {
      backpressure: socket === "WebSocketStream",
      sendBackpressure: true,
      ping: false,
      streaming: false,
      sendOptions: false,
      closeCodes: false,
      closingHandshake: true,
      abort: false,
      keepalive: false,
      utf8: true,
    },
    connect: (url, options) => openWebSocket(url, { ...options as OpenOptions, socket }),
  });
}
