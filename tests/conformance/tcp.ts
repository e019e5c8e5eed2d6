/**
 * TCP for the judge, by the sockets of Node, which Deno and Bun have too: to servers, and for clients.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ByteStreamPair, FuzzingServer } from "@weft/websocket/testing/conformance";

/** The streams of a socket, each side ended by itself. */
function toStreams(socket: Socket): ByteStreamPair {
  // Frames that are written one by one are to arrive so.
  socket.setNoDelay();
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.on("data", (chunk: Uint8Array) => {
        controller.enqueue(chunk);
        socket.pause();
      });
      socket.on("end", () => controller.close());
      socket.on("close", () => {
        if (!socket.readableEnded) controller.error(new Error("The connection was broken"));
      });
      // It is told by "close".
      socket.on("error", () => {});
    },
    pull: () => void socket.resume(),
    cancel() {
      for (const event of ["data", "end", "close"]) socket.removeAllListeners(event);
      socket.destroy();
    },
  }, { highWaterMark: 0 });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => settle((done) => socket.write(chunk, done)),
    close: () => settle((done) => socket.end(done)),
    abort: () => void socket.destroy(),
  });
  return { readable, writable };
}

/** What a callback with an error or without one tells. */
function settle(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => error ? reject(error) : resolve()));
}

/** For a judge: connects to the server at a `ws:` or `wss:` URL. */
export function connectTo(url: string): () => Promise<ByteStreamPair> {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "wss:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const address = { host, port: Number(port || (secure ? 443 : 80)), allowHalfOpen: true };
  return () =>
    new Promise((resolve, reject) => {
      const socket = secure ? connectTls({ ...address, servername: host }) : connect(address);
      const streams = toStreams(socket);
      socket.once(secure ? "secureConnect" : "connect", () => resolve(streams));
      socket.once("error", reject);
    });
}

/** Has clients come to a port, or to a free one, until the judge has a report. Where that is. */
export async function listen(fuzzing: FuzzingServer, port = 0): Promise<string> {
  const server = createServer(
    { allowHalfOpen: true },
    (socket) => void fuzzing.serve(toStreams(socket)),
  );
  void fuzzing.report.then(() => server.close());
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
