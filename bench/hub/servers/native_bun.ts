/// <reference path="../../servers/bun.d.ts" />

import process from "node:process";
import { obey } from "../obey.ts";

const compress = process.argv.includes("compress");
const server = Bun.serve({
  hostname: "0.0.0.0",
  port: 0,
  fetch: (request, server) => server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
  websocket: { open: (socket) => socket.subscribe("all"), message() {}, perMessageDeflate: compress },
});
void obey(server.port, { publish: (text) => server.publish("all", text, compress) });
