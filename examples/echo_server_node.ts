// An echo beside plain HTTP: the 'upgrade' event of `node:http` hands over its socket and what it read behind the request.
// Run, after `deno install`, with Node 24 or later: node --import ./tools/node_imports.js examples/echo_server_node.ts
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { acceptWebSocket, HandshakeRequest } from "@weft/websocket";
import { nodeTransport } from "@weft/websocket/node";

type Transport = ReturnType<typeof nodeTransport>;

/** The request with every field as it came, those that are there twice too. */
function toHandshakeRequest(
  { method = "", url = "", httpVersion, rawHeaders }: IncomingMessage,
): HandshakeRequest {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return new HandshakeRequest({ method, target: url, version: `HTTP/${httpVersion}`, headers });
}

async function serve(request: HandshakeRequest, transport: Transport): Promise<void> {
  const connection = await acceptWebSocket(transport, { request });
  for await (const message of connection) await connection.send(message);
}

const server = createServer((_request, response) => response.end("Plain HTTP on the same port\n"));

server.on("upgrade", (incoming, socket, head) => {
  const transport = nodeTransport(socket, head);
  try {
    // A client that is refused, or is gone before its reply, is no concern of the others.
    serve(toHandshakeRequest(incoming), transport).catch((error) => console.error(`${error}`));
  } catch (error) {
    transport.destroy(error);
  }
});

server.listen(Number(process.env.PORT ?? 10088), () => {
  console.log(`Listening on ws://localhost:${(server.address() as AddressInfo).port}/`);
});
