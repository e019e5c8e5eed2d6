/**
 * The shared suite on servers of `node:http` and `node:http2`, in Node, Deno and Bun.
 *
 * @module
 */

import * as http from "node:http";
import * as http2 from "node:http2";
import { HandshakeError, type WebSocketConnection } from "../../../mod.ts";
import {
  acceptExtendedConnect,
  acceptUpgrade,
  type NodeAcceptOptions,
  type NodeHttp2ServerStream,
} from "../../../src/runtime/node.ts";
import { dialNode } from "../dial_node.ts";
import { listen } from "../node_adapters.ts";
import { answerCase, type SuiteUpgrade } from "./answer_case.ts";
import { engineTraits } from "./engine_server.ts";
import { Http2Peer } from "./http2_peer.ts";
import { testServer } from "./test_server.ts";

/** Runs a case on what a request comes to. Never rejects. */
async function serveCase(
  url: string | undefined,
  accept: (options: NodeAcceptOptions) => Promise<WebSocketConnection>,
): Promise<void> {
  const upgrade = (options: unknown): Promise<SuiteUpgrade> =>
    accept(options as NodeAcceptOptions).then((connection) => ({ connection }), (error) => {
      if (error instanceof HandshakeError) return { error };
      throw error;
    });
  await answerCase(url ?? "", upgrade).then(({ done }) => done).catch(() => {});
}

/** Declares the tests; `skipped` is for HTTP/2. */
export function testNodeServers(skipped: Readonly<Record<string, string>> = {}): void {
  testServer({
    name: "the engine over node:http",
    traits: engineTraits,
    dial: dialNode,
    async start() {
      const server = http.createServer();
      server.on("upgrade", (request, socket, head) => {
        void serveCase(request.url, (options) => acceptUpgrade(request, socket, head, options));
      });
      // What is no upgrade, is the application's.
      server.on("request", ({ url }, response) => {
        void answerCase(url ?? "", () => Promise.resolve({ error: { status: 426 } }));
        response.writeHead(426, { upgrade: "websocket" }).end();
      });
      return { url: `ws://127.0.0.1:${await listen(server)}`, stop: () => server.close() };
    },
  });

  testServer({
    name: "the engine over node:http2",
    traits: engineTraits,
    createPeer: (url) => new Http2Peer(url),
    skipped,
    async start() {
      const server = http2.createServer({ settings: { enableConnectProtocol: true } });
      server.on("stream", (stream: NodeHttp2ServerStream, headers: http2.IncomingHttpHeaders) => {
        void serveCase(headers[":path"], (options) => acceptExtendedConnect(stream, headers, options));
      });
      return { url: `ws://127.0.0.1:${await listen(server)}`, stop: () => server.close() };
    },
  });
}
