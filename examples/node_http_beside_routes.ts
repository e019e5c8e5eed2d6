// WebSockets beside the routes of a server of `node:http`: an echo on one path, for who is known; refusals with a status and a body.
// Run, after `deno install`, with Node 24 or later: node --import ./tools/node_imports.js examples/node_http_beside_routes.ts
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { attachWebSocket } from "@weft/websocket/node";

const server = createServer((request, response) => {
  if (request.url === "/") response.end("Say who you are: /echo?name=Ada\n");
  else response.writeHead(404).end("There is nothing here\n");
});

const echo = attachWebSocket(server, {
  path: "/echo",
  authorize: ({ url }) =>
    url.searchParams.has("name") ? undefined : new Response("Who are you?\n", { status: 401 }),
  async onConnection(connection) {
    await connection.send(`Hello, ${connection.request?.url.searchParams.get("name")}`);
    for await (const message of connection) await connection.send(message);
  },
  onError: (error) => console.error(`${error}`),
});

server.listen(Number(process.env.PORT ?? 10088), () => {
  console.log(`Listening on ws://localhost:${(server.address() as AddressInfo).port}/`);
});

// Everybody is told that the server goes, and has its time to answer.
process.once("SIGTERM", async () => {
  await echo.close();
  server.close();
  server.closeAllConnections();
});
