import process from "node:process";
import { type WebSocket, WebSocketServer } from "ws";
import { obey } from "../obey.ts";

const compress = process.argv.includes("compress");
const sockets = new Set<WebSocket>();
const server = new WebSocketServer({
  port: 0,
  host: "0.0.0.0",
  perMessageDeflate: compress && { serverNoContextTakeover: true, threshold: 0 },
}, () => {
  void obey((server.address() as { port: number }).port, {
    publish: (text) => {
      for (const socket of sockets) socket.send(text);
    },
  });
});
server.on("connection", (socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => {});
});
