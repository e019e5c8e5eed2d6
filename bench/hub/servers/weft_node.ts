import { nodeTransport } from "@weft/websocket/node";
import { createServer } from "node:net";
import { obey } from "../obey.ts";
import { serveHub } from "../serve_hub.ts";

const hub = serveHub();
const server = createServer({ noDelay: true }, (socket) => hub.accept(nodeTransport(socket)));
server.listen(
  { port: 0, host: "0.0.0.0", backlog: 4096 },
  () => void obey((server.address() as { port: number }).port, hub),
);
