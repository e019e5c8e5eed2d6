import { createServer } from "node:net";
import process from "node:process";
import { acceptWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { nodeTransport } from "@weft/websocket/node";
import { tellUsage } from "./tell_usage.ts";

const [codec, sendWindowBits, level] = process.argv.slice(2);
const extension = permessageDeflate({
  ...(codec === "zlib" ? { codec: zlibCodec } : {}),
  sendWindowBits: Number(sendWindowBits),
  level: Number(level),
});

const server = createServer((socket) => {
  acceptWebSocket(nodeTransport(socket), {
    extensions: [extension],
    onMessage: (message, connection) => void connection.send(message),
  }).catch(() => {});
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
tellUsage();
