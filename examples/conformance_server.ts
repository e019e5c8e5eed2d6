// An echo with its limits lifted, for anybody's conformance suite, `deno task conformance --server` among them.
// Run: deno run --allow-net --allow-env=PORT examples/conformance_server.ts
import { type AcceptOptions, acceptWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { denoTransport } from "@weft/websocket/deno";

const options: AcceptOptions = {
  maxMessageSize: 16 * 1024 * 1024,
  maxFragments: 65536,
  maxSendQueue: 32 * 1024 * 1024,
  extensions: [permessageDeflate({ threshold: 0, codec: zlibCodec })],
  onMessage: (message, connection) => connection.send(message),
};

const listener = Deno.listen({ port: Number(Deno.env.get("PORT") ?? 9002) });
console.log(`Listening on ws://localhost:${listener.addr.port}/`);

// A suite breaks off where it likes, before it is accepted too.
const ignore = () => {};
for (;;) {
  await listener.accept().then((conn) => {
    acceptWebSocket(denoTransport(conn), options).catch(ignore);
  }, ignore);
}
