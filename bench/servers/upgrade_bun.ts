/// <reference path="./bun.d.ts" />

import { upgradeWebSocket, websocket } from "@weft/websocket/bun";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  websocket,
  async fetch(request, server) {
    const { response } = await upgradeWebSocket(request, server, {
      onMessage: (message, connection) => void connection.send(message),
    });
    return response;
  },
});
console.log(server.port);
