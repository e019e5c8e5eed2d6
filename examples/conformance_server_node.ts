// An echo with its limits lifted, for anybody's conformance suite, `deno task conformance --server` among them.
// Run, after `deno install`, with Node 24 or later: node --import ./tools/node_imports.js examples/conformance_server_node.ts
import { type AddressInfo, createServer } from "node:net";
import process from "node:process";
import { type AcceptOptions, acceptWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { nodeTransport } from "@weft/websocket/node";

const options: AcceptOptions = {
  maxMessageSize: 16 * 1024 * 1024,
  maxFragments: 65536,
  maxSendQueue: 32 * 1024 * 1024,
  extensions: [permessageDeflate({ threshold: 0, codec: zlibCodec })],
  onMessage: (message, connection) => connection.send(message),
};

const server = createServer((socket) => {
  // A suite breaks off where it likes.
  acceptWebSocket(nodeTransport(socket), options).catch(() => {});
});

server.listen(Number(process.env.PORT ?? 9002), () => {
  console.log(`Listening on ws://localhost:${(server.address() as AddressInfo).port}/`);
});
