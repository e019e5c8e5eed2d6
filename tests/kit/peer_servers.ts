/**
 * Servers for tests on runtimes that cannot start their own. The test runner starts this file with Deno; it prints
 * their addresses as one line of JSON and serves until it is stopped.
 *
 * @module
 */

import { denoTransport } from "../../src/runtime/deno.ts";
import { serveInterop } from "./interop_weft.ts";
import { startTcpRelay } from "./tcp_relay.ts";

/** Where the servers listen. */
export interface Peers {
  /** Deno's own WebSocket server, which echoes every message. */
  readonly nativeEcho: string;
  /** Our server, as `interop_cases.ts` has it; without a path. */
  readonly weft: string;
  /** The port of a relay on 127.0.0.1 that joins TCP connections two by two. */
  readonly tcpRelay: number;
}

async function serveWeft(listener: Deno.Listener): Promise<void> {
  for await (const conn of listener) void serveInterop(denoTransport(conn));
}

/** Starts the servers and returns their addresses. */
function startPeerServers(): Peers {
  const native = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const weft = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void serveWeft(weft);
  return {
    nativeEcho: `ws://127.0.0.1:${native.addr.port}/`,
    weft: `ws://127.0.0.1:${weft.addr.port}`,
    tcpRelay: startTcpRelay(),
  };
}

if (import.meta.main) console.log(JSON.stringify(startPeerServers()));
