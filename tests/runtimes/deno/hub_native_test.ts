import { denoCapabilities, upgradeWebSocket } from "../../../src/runtime/deno.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { testNativeHub } from "../../kit/hub_native_cases.ts";
import { serveHub } from "../../kit/hub_native_server.ts";

testNativeHub({
  name: "a hub over Deno.serve",
  tellsQueue: denoCapabilities.sendBackpressure,
  dial: dialNode,
  start() {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { response, connection } = await upgradeWebSocket(request);
      if (connection !== undefined) void serveHub(request.url, connection);
      return response;
    });
    return Promise.resolve({ url: `ws://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() });
  },
});
