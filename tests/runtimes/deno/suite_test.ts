import { denoCapabilities, denoTransport, upgradeWebSocket } from "../../../src/runtime/deno.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { answerCase } from "../../kit/suite/answer_case.ts";
import { engineTraits, serveCase } from "../../kit/suite/engine_server.ts";
import { testServer } from "../../kit/suite/test_server.ts";
import type { NativeUpgradeOptions } from "../../../src/runtime/deno.ts";

const loopback = { hostname: "127.0.0.1", port: 0 };

testServer({
  name: "Deno.serve",
  traits: { ...denoCapabilities, keepalive: true, utf8: true, faults: true, receiving: true },
  dial: dialNode,
  start() {
    const options = { ...loopback, onListen() {}, onError: () => new Response(null, { status: 500 }) };
    const server = Deno.serve(options, async (request) => {
      const { upgrade } = await answerCase(
        request.url,
        (options) => upgradeWebSocket(request, options as NativeUpgradeOptions),
      );
      return upgrade.response;
    });
    return Promise.resolve({ url: `ws://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() });
  },
});

testServer({
  name: "the engine over Deno.listen",
  traits: engineTraits,
  dial: dialNode,
  start() {
    const listener = Deno.listen(loopback);
    (async () => {
      for await (const conn of listener) void serveCase(denoTransport(conn));
    })();
    return Promise.resolve({ url: `ws://127.0.0.1:${listener.addr.port}`, stop: () => listener.close() });
  },
});
