import { createServer } from "node:net";
import { acceptWebSocket } from "@weft/websocket";
import { nodeTransport } from "@weft/websocket/node";

const server = createServer((socket) => {
  acceptWebSocket(nodeTransport(socket), {
    onMessage: (message, connection) => void connection.send(message),
  })
    .catch(() => {});
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
