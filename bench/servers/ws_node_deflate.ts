import { WebSocketServer } from "ws";
import { tellUsage } from "./tell_usage.ts";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: true }, () => {
  console.log((server.address() as { port: number }).port);
});
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on("error", () => {});
});
tellUsage();
