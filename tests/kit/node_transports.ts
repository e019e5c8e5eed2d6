/**
 * The contract of a transport on every kind of stream that `node:` modules make. The same file runs in Node, Deno and
 * Bun, which each have such modules of their own.
 *
 * @module
 */

import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, request } from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { nodeTransport } from "../../src/runtime/node.ts";
import { certificate, privateKey } from "./certificate.ts";
import { createSocketPeer } from "./socket_peer.ts";
import type { TransportAndPeer, TransportPeer } from "./transport_contract.ts";

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A TCP socket that a server has accepted, which would not be half open by itself. */
export async function openTcp(): Promise<TransportAndPeer> {
  const server = createServer();
  const port = await listen(server);
  const peer = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [socket] = await once(server, "connection") as [Socket];
  server.close();
  return { transport: nodeTransport(socket), peer: createSocketPeer(peer) };
}

/** A TCP socket that has yet to connect. */
export async function openConnecting(): Promise<TransportAndPeer> {
  const server = createServer({ allowHalfOpen: true });
  const port = await listen(server);
  const transport = nodeTransport(connect({ port, host: "127.0.0.1" }));
  const [peer] = await once(server, "connection") as [Socket];
  server.close();
  return { transport, peer: createSocketPeer(peer) };
}

/** A TLS socket that a server has accepted. */
export async function openTls(
  connectPeer: (port: number) => Promise<TransportPeer>,
): Promise<TransportAndPeer> {
  const server = createTlsServer({ cert: certificate, key: privateKey });
  const port = await listen(server);
  const [[socket], peer] = await Promise.all([once(server, "secureConnection"), connectPeer(port)]);
  server.close();
  return { transport: nodeTransport(socket as Socket), peer };
}

/** The client's end of a TLS connection, by `node:tls`. */
export async function connectTlsPeer(port: number): Promise<TransportPeer> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const peer = connectTls({ socket, servername: "localhost", ca: certificate });
  await once(peer, "secureConnect");
  return createSocketPeer(peer);
}

/** The socket of an HTTP server's 'upgrade' event, whose head ends with the request. */
export async function openUpgrade(): Promise<TransportAndPeer> {
  const { socket, head, peer } = await upgrade("");
  return { transport: nodeTransport(socket, head), peer: createSocketPeer(peer) };
}

/** An 'upgrade' event whose request was followed by `rest` in the same packet. */
export async function upgrade(rest: string): Promise<{ socket: Duplex; head: Uint8Array; peer: Socket }> {
  const server = createHttpServer();
  const port = await listen(server);
  const peer = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  peer.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${rest}`);
  const [, socket, head] = await once(server, "upgrade") as [IncomingMessage, Duplex, Uint8Array];
  server.close();
  return { socket, head, peer };
}

/** The socket of an HTTP client's 'upgrade' event. */
export async function openClientUpgrade(): Promise<TransportAndPeer> {
  const server = createServer({ allowHalfOpen: true });
  const port = await listen(server);
  const asked = request({
    port,
    host: "127.0.0.1",
    headers: { Connection: "Upgrade", Upgrade: "websocket" },
  });
  asked.end();
  const [peer] = await once(server, "connection") as [Socket];
  server.close();
  await once(peer, "readable");
  peer.read();
  peer.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  const [, socket, head] = await once(asked, "upgrade") as [IncomingMessage, Duplex, Uint8Array];
  return { transport: nodeTransport(socket, head), peer: createSocketPeer(peer) };
}

/** An HTTP/2 stream of an extended CONNECT (RFC 8441 §4). */
export async function openHttp2(): Promise<TransportAndPeer> {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  const port = await listen(server);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await once(session, "remoteSettings");
  const peer = session.request({ ":method": "CONNECT", ":protocol": "websocket", ":path": "/" }, {
    endStream: false,
  });
  const [stream] = await once(server, "stream") as [http2.ServerHttp2Stream];
  stream.respond({ ":status": 200 });
  await once(peer, "response");
  peer.on("close", () => session.destroy());
  server.close();
  return { transport: nodeTransport(stream), peer: createSocketPeer(peer) };
}

/** Two streams in memory that pass the very arrays on that they are given. */
export function openMemory(): Promise<TransportAndPeer> {
  const ends: [Duplex, Duplex] = [createEnd(() => ends[1]), createEnd(() => ends[0])];
  return Promise.resolve({ transport: nodeTransport(ends[0]), peer: createSocketPeer(ends[1]) });
}

/** What a stream in memory calls when it is read. */
const waiting = new WeakMap<Duplex, () => void>();

function createEnd(other: () => Duplex): Duplex {
  return new Duplex({
    read() {
      const callback = waiting.get(this);
      waiting.delete(this);
      callback?.();
    },
    write(chunk, _encoding, callback) {
      waiting.set(other(), callback);
      other().push(chunk);
    },
    final(callback) {
      other().push(null);
      callback();
    },
    destroy(error, callback) {
      if (!this.readableEnded || !this.writableFinished) other().destroy();
      callback(error);
    },
  });
}
