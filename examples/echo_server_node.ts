// An echo beside plain HTTP: the 'upgrade' event of `node:http` hands over its socket and what it read behind the request.
// Run, after `deno install`, with Node 24 or later: node --import ./tools/node_imports.js examples/echo_server_node.ts
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { acceptUpgrade } from "@weft/websocket/node";

const server = createServer((_request, response) => response.end("Plain HTTP on the same port\n"));

server.on("upgrade", async (request, socket, head) => {
  try {
    const connection = await acceptUpgrade(request, socket, head);
    for await (const message of connection) await connection.send(message);
  } catch (error) {
    // A client that is refused, or is gone before its reply, is no concern of the others.
    console.error(`${error}`);
  }
});

server.listen(Number(process.env.PORT ?? 10088), () => {
  console.log(`Listening on ws://localhost:${(server.address() as AddressInfo).port}/`);
});
