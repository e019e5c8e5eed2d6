import {
  bunCapabilities,
  type BunServer,
  type BunSocket,
  type BunSocketOptions,
  bunSocketOptions,
  type BunWebSocketHandlers,
  type NativeUpgradeOptions,
  upgradeWebSocket,
  websocket,
} from "../../../src/runtime/bun.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { answerCase } from "../../kit/suite/answer_case.ts";
import { engineTraits, serveCase } from "../../kit/suite/engine_server.ts";
import { testServer } from "../../kit/suite/test_server.ts";

/** What these tests use of `Bun`. */
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Promise<Response>;
    error(): Response;
    websocket: BunWebSocketHandlers;
  }): { readonly port: number; stop(force: boolean): Promise<void> };
  listen(
    options: BunSocketOptions<BunSocket> & { hostname: string; port: number },
  ): { readonly port: number; stop(): void };
};

const loopback = { hostname: "127.0.0.1", port: 0 };

testServer({
  name: "Bun.serve",
  traits: { ...bunCapabilities, keepalive: true, utf8: true, faults: true, receiving: true },
  dial: dialNode,
  start() {
    const server = Bun.serve({
      ...loopback,
      websocket,
      error: () => new Response(null, { status: 500 }),
      async fetch(request, server) {
        const { upgrade } = await answerCase(
          request.url,
          (options) => upgradeWebSocket(request, server, options as NativeUpgradeOptions),
        );
        return upgrade.response;
      },
    });
    return Promise.resolve({ url: `ws://127.0.0.1:${server.port}`, stop: () => server.stop(true) });
  },
});

testServer({
  name: "the engine over Bun.listen",
  traits: engineTraits,
  dial: dialNode,
  start() {
    const listener = Bun.listen({ ...loopback, ...bunSocketOptions((transport) => serveCase(transport)) });
    return Promise.resolve({ url: `ws://127.0.0.1:${listener.port}`, stop: () => listener.stop() });
  },
});
