/**
 * The shared suite on what opens connections by `node:net` and `node:http2`, in Node, Deno and Bun.
 *
 * @module
 */

import { createServer, type IncomingHttpHeaders } from "node:http2";
import {
  acceptExtendedConnect,
  connectHttp2,
  type Http2ConnectOptions,
  type NodeHttp2ServerStream,
  nodeTransport,
  type OpenOptions,
  openWebSocket,
} from "../../../src/runtime/node.ts";
import { listen } from "../node_adapters.ts";
import { engineTraits } from "./engine_server.ts";
import { serveArrival } from "./serve_peer.ts";
import { testClient } from "./test_client.ts";

/**
 * The peers' server: in this process, as Deno's may break down by a client's GOAWAY (denoland/deno#36788), and the peers of all others
 * with it.
 */
async function serveHttp2() {
  const server = createServer({ settings: { enableConnectProtocol: true } });
  server.on("stream", (stream: NodeHttp2ServerStream, headers: IncomingHttpHeaders) => {
    serveArrival({
      target: headers[":path"] ?? "",
      accept: ({ onFrame }) => acceptExtendedConnect(stream, headers, { onFrame }),
      answer() {
        stream.respond({ ":status": 200 }, { endStream: false });
        return nodeTransport(stream);
      },
    }).catch(() => stream.destroy());
  });
  return { url: `ws://127.0.0.1:${await listen(server)}`, stop: () => server.close() };
}

/** Declares the tests; `skipped` is for HTTP/2. */
export function testNodeClients(skipped: Readonly<Record<string, string>> = {}): void {
  testClient({
    name: "the engine over net.connect",
    traits: engineTraits,
    connect: (url, options) => openWebSocket(url, options as OpenOptions),
  });

  testClient({
    name: "the engine over http2.connect",
    traits: engineTraits,
    start: serveHttp2,
    connect: (url, options) => connectHttp2(url, options as Http2ConnectOptions),
    skipped,
  });
}
