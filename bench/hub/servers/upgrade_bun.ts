/// <reference path="../../servers/bun.d.ts" />

import { upgradeWebSocket, websocket } from "@weft/websocket/bun";
import { obey } from "../obey.ts";
import { serveHub } from "../serve_hub.ts";

const hub = serveHub();
const server = Bun.serve({
  hostname: "0.0.0.0",
  port: 0,
  websocket,
  async fetch(request, server) {
    const { response, connection } = await upgradeWebSocket(request, server, { pingInterval: 600_000 });
    if (connection !== undefined) void hub.join(connection);
    return response;
  },
});
void obey(server.port, hub);
