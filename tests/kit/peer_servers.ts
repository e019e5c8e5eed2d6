/**
 * Servers for tests on runtimes that cannot start their own. The test runner starts this file with Deno; it prints
 * their addresses as one line of JSON and serves until it is stopped.
 *
 * @module
 */

/** Where the servers listen. */
export interface Peers {
  /** Deno's own WebSocket server, which echoes every message. */
  readonly nativeEcho: string;
}

/** Starts the servers and returns their addresses. */
function startPeerServers(): Peers {
  const native = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  return { nativeEcho: `ws://127.0.0.1:${native.addr.port}/` };
}

if (import.meta.main) console.log(JSON.stringify(startPeerServers()));
