/**
 * Clients that stray into a server, and leave as it suits them: by TCP FIN or RST, before, in and behind the handshake.
 *
 * @module
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { connectWebSocket, type WebSocketConnection } from "../../../mod.ts";
import { nodeTransport } from "../../../src/runtime/node.ts";

/** How a client leaves. */
const leave: Readonly<Record<string, (socket: Socket) => void>> = {
  end: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
};

/** What a port scan might say. */
const scans = [
  "",
  "GET / HT",
  "nonsense\r\n\r\n",
  "\x16\x03\x01\x02",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense",
  "GET / HTTP/1.0\r\nUpgrade: websocket\r\n\r\n",
];

/** Sends all of them, one after the other, to where `url` says: a `ws:` URL of 127.0.0.1, or a `wss:` one. */
export async function sendStrayClients(url: URL): Promise<void> {
  for (const end of Object.values(leave)) {
    for (const scan of scans) {
      const socket = await dial(url);
      if (scan !== "") await new Promise((resolve) => socket.write(scan, "latin1", resolve));
      await part(socket, end);
    }
    for (const last of ["sent", "heard", "closed"]) {
      const socket = await dial(url);
      const connection = await upgrade(url, socket);
      for (let count = 0; count < 200; count++) void connection.send("w".repeat(10_000));
      if (last === "sent") await new Promise((resolve) => setTimeout(resolve));
      if (last === "heard") await connection.receive();
      if (last === "closed") await connection.close();
      await part(socket, end);
      await connection.closed;
    }
  }
}

/** A client that knows its manners. */
export async function connectTo(url: URL): Promise<WebSocketConnection> {
  return await upgrade(url, await dial(url));
}

async function dial({ port }: URL): Promise<Socket> {
  const socket = connect({ port: Number(port), host: "127.0.0.1" });
  await once(socket, "connect");
  return socket;
}

async function upgrade(url: URL, socket: Socket): Promise<WebSocketConnection> {
  return await connectWebSocket(url, nodeTransport(url.protocol === "wss:" ? await secure(socket) : socket));
}

async function secure(socket: Socket): Promise<Socket> {
  const stream = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  await once(stream, "secureConnect");
  return stream;
}

async function part(socket: Socket, end: (socket: Socket) => void): Promise<void> {
  socket.on("error", () => {});
  if (socket.closed) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  end(socket);
  await closed;
}
