import {
  bunCapabilities,
  type BunServer,
  type BunWebSocketHandlers,
  upgradeWebSocket,
  websocket,
} from "../../../src/runtime/bun.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { testNativeHub } from "../../kit/hub_native_cases.ts";
import { serveHub } from "../../kit/hub_native_server.ts";

/** What this test uses of `Bun`. */
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Promise<Response>;
    websocket: BunWebSocketHandlers;
  }): { readonly port: number; stop(force: boolean): Promise<void> };
};

testNativeHub({
  name: "a hub over Bun.serve",
  tellsQueue: bunCapabilities.sendBackpressure,
  dial: dialNode,
  start() {
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      websocket,
      async fetch(request, server) {
        const { response, connection } = await upgradeWebSocket(request, server);
        if (connection !== undefined) void serveHub(request.url, connection);
        return response;
      },
    });
    return Promise.resolve({ url: `ws://127.0.0.1:${server.port}`, stop: () => server.stop(true) });
  },
});
