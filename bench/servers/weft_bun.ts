/// <reference path="./bun.d.ts" />

import { acceptWebSocket } from "@weft/websocket";
import { bunSocketOptions } from "@weft/websocket/bun";

const listener = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  ...bunSocketOptions((transport) => {
    acceptWebSocket(transport, { onMessage: (message, connection) => void connection.send(message) })
      .catch(() => {});
  }),
});
console.log(listener.port);
