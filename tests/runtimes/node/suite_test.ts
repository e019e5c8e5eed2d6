import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { nodeTransport } from "../../../src/runtime/node.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { engineTraits, serveCase } from "../../kit/suite/engine_server.ts";
import { testServer } from "../../kit/suite/test_server.ts";

testServer({
  name: "the engine over node:net",
  traits: engineTraits,
  dial: dialNode,
  async start() {
    const server = createServer((socket) => void serveCase(nodeTransport(socket)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}`, stop: () => server.close() };
  },
});
