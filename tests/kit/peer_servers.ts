/**
 * Servers for tests on runtimes that cannot start their own. The test runner starts this file with Deno; it prints
 * their addresses as one line of JSON and serves until it is stopped.
 *
 * @module
 */

import { denoTransport } from "../../src/runtime/deno.ts";
import { serveInterop } from "./interop_weft.ts";
import { serveTrouble } from "./serve_trouble.ts";
import { servePeer } from "./suite/serve_peer.ts";
import { startTcpRelay } from "./tcp_relay.ts";

/** Where the servers listen. */
export interface Peers {
  /** Deno's own WebSocket server, which echoes every message. */
  readonly nativeEcho: string;
  /** Our server, as `interop_cases.ts` has it; without a path. */
  readonly weft: string;
  /** The same without compression. */
  readonly plainWeft: string;
  /** A server that misbehaves, as `serve_trouble.ts` has it; without a path. */
  readonly trouble: string;
  /** The peers of clients in the shared suite; without a path. */
  readonly suite: string;
  /** A URL on which nobody listens. */
  readonly nobody: string;
  /** The port of a relay on 127.0.0.1 that joins TCP connections two by two. */
  readonly tcpRelay: number;
}

/** The address of a listener whose connections go to `serve`. */
function listen(serve: (conn: Deno.Conn) => Promise<void>): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const conn of listener) void serve(conn);
  })();
  return `ws://127.0.0.1:${listener.addr.port}`;
}

/** An address on which nobody listens any more. */
function findClosedPort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `ws://127.0.0.1:${listener.addr.port}`;
}

/** Starts the servers and returns their addresses. */
function startPeerServers(): Peers {
  const native = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  return {
    nativeEcho: `ws://127.0.0.1:${native.addr.port}/`,
    weft: listen((conn) => serveInterop(denoTransport(conn), true)),
    plainWeft: listen((conn) => serveInterop(denoTransport(conn), false)),
    trouble: listen(serveTrouble),
    suite: listen(servePeer),
    nobody: findClosedPort(),
    tcpRelay: startTcpRelay(),
  };
}

if (import.meta.main) console.log(JSON.stringify(startPeerServers()));
