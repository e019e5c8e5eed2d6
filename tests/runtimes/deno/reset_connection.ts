/**
 * A client that is gone before the server has so much as accepted it: a TCP RST.
 *
 * @module
 */
import { once } from "node:events";
import { connect } from "node:net";

/** Connects to a port of this machine, and resets the connection at once. */
export async function resetConnection(port: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  socket.resetAndDestroy();
  await once(socket, "close");
}
