// An echo with its limits lifted, for anybody's conformance suite, `deno task conformance --server` among them.
// Run, after `deno install`: bun examples/conformance_server_bun.ts
import process from "node:process";
import { type AcceptOptions, acceptWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { type BunSocket, type BunSocketOptions, bunSocketOptions } from "@weft/websocket/bun";

/** What is used of `Bun`, for those who check types without it. */
declare const Bun: {
  listen(
    options: BunSocketOptions<BunSocket> & { hostname: string; port: number },
  ): { readonly port: number };
};

const options: AcceptOptions = {
  maxMessageSize: 16 * 1024 * 1024,
  maxFragments: 65536,
  maxSendQueue: 32 * 1024 * 1024,
  extensions: [permessageDeflate({ threshold: 0, codec: zlibCodec })],
  onMessage: (message, connection) => connection.send(message),
};

const listener = Bun.listen({
  hostname: "0.0.0.0",
  port: Number(process.env.PORT ?? 9002),
  ...bunSocketOptions((transport) => {
    // A suite breaks off where it likes.
    acceptWebSocket(transport, options).catch(() => {});
  }),
});
console.log(`Listening on ws://localhost:${listener.port}/`);
