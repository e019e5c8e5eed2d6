// The demo on Node: its page and its hub on one port, by `node:net` and this engine.
// Run, after `deno install`, by Node 24 or later: node --import ./tools/node_imports.js examples/demo_node.ts
import { type AddressInfo, createServer } from "node:net";
import process from "node:process";
import { nodeTransport } from "@weft/websocket/node";
import { Demo } from "./demo/demo.ts";

const demo = await Demo.start(`Node ${process.versions.node}`);
const server = createServer((socket) => {
  void demo.serve(nodeTransport(socket), socket.remoteAddress ?? "");
});
server.on("error", (error) => {
  if (!server.listening) Demo.fail(error.message);
  // Too many open files, say: some will be closed.
  console.error(`Cannot accept a connection: ${error.message}`);
});
server.listen(demo.port, () => demo.run((server.address() as AddressInfo).port, () => server.close()));
