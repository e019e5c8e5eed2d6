/**
 * What the system itself costs: a loop of `socket.write()` of bytes made ready, with no protocol behind the handshake. Its
 * messages are of 126 to 65535 bytes of ASCII, as the benchmark's are.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { encodeBase64 } from "@std/encoding/base64";
import { obey } from "../obey.ts";

const sockets: Socket[] = [];

/** Takes a request that comes in one chunk, as the load's does. */
async function accept(socket: Socket): Promise<void> {
  const [request] = await once(socket, "data");
  const [, key = ""] = /^Sec-WebSocket-Key: (.*)\r$/im.exec(`${request}`) ?? [];
  const bytes = new TextEncoder().encode(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  const accepted = encodeBase64(await crypto.subtle.digest("SHA-1", bytes));
  const fields = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accepted}`];
  socket.write(["HTTP/1.1 101 Switching Protocols", ...fields, "\r\n"].join("\r\n"));
  sockets.push(socket);
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  accept(socket).catch(() => socket.destroy());
});

server.listen(
  { port: 0, host: "0.0.0.0", backlog: 4096 },
  () =>
    void obey((server.address() as { port: number }).port, {
      publish: (text) => {
        const frame = Buffer.concat([
          Buffer.from([0x81, 126, text.length >>> 8, text.length]),
          Buffer.from(text),
        ]);
        for (const socket of sockets) socket.write(frame);
      },
    }),
);
