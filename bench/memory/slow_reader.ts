/**
 * A peer that reads 1 MiB/s for 5 s, and then as fast as it can. `slow_reader.ts PORT`
 *
 * @module
 */

import { connect } from "node:net";
import process from "node:process";

const socket = connect({ port: Number(process.argv[2]), host: "127.0.0.1" });
socket.write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
socket.write("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
const start = performance.now();
let received = 0;
socket.on("data", (chunk) => {
  received += chunk.length;
  const elapsed = performance.now() - start;
  const due = received / (1024 * 1024) * 1000;
  if (elapsed > 5000 || due <= elapsed) return;
  socket.pause();
  setTimeout(() => socket.resume(), Math.min(due, 5000) - elapsed);
});
// The Close, unmasked by a server, is the end of this.
socket.on("end", () => socket.end());
socket.on("close", () => process.exit(0));
