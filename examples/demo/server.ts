/**
 * The demo: one port that serves a page and echoes WebSocket messages, by `Deno.listen` and this engine alone. It keeps
 * its connections in a registry, each under an id, and takes leave of them when it is told to stop.
 *
 * Run it by `deno task demo`; `PORT` is 10088 unless set.
 *
 * @module
 */
import { acceptWebSocket, CloseCode, HandshakeError, type WebSocketConnection } from "@weft/websocket";
import { denoTransport } from "@weft/websocket/deno";
import { answerRequest } from "./site.ts";

/** How long a client may take to answer our Close, and so how long stopping takes at most. */
const closeTimeout = 3_000;
const goingAway = { closeCode: CloseCode.GoingAway, reason: "The server is stopping" };

/** All open connections, each under a UUID. */
const connections = new Map<string, WebSocketConnection>();
let isStopping = false;

/** Everything that happens on one TCP connection: requests for the page, or a WebSocket. */
async function serve(conn: Deno.TcpConn): Promise<void> {
  const connection = await acceptWebSocket(denoTransport(conn), {
    onRequest: answerRequest,
    keepAlive: true,
    closeTimeout,
  });
  const id = crypto.randomUUID();
  connections.set(id, connection);
  console.log(`${id} opened from ${conn.remoteAddr.hostname}`);
  if (isStopping) connection.close(goingAway);
  await echo(connection);
  const { closeCode, reason } = await connection.closed;
  connections.delete(id);
  const { messagesReceived } = connection.stats;
  // Deno.inspect() quotes control characters, which could have the terminal do things.
  console.log(`${id} closed with ${closeCode} ${Deno.inspect(reason)} after ${messagesReceived} messages`);
}

/** Sends every message back: text as text, bytes as bytes, no faster than the client reads. */
async function echo(connection: WebSocketConnection): Promise<void> {
  try {
    for await (const message of connection) await connection.send(message);
  } catch {
    // The connection ended before the reply could leave; `closed` says how.
  }
}

/** One client's failure is not the server's. */
function report(error: unknown): void {
  // A page was served, or the client was refused or has left: nothing to see.
  if (!(error instanceof HandshakeError)) console.error(error);
}

async function stop(): Promise<void> {
  // Ctrl+C comes from the terminal and from `deno task`.
  if (isStopping) return;
  isStopping = true;
  listener.close();
  console.log(`Stopping: ${connections.size} open`);
  await Promise.all([...connections.values()].map((connection) => connection.close(goingAway)));
  Deno.exit();
}

function listen(): Deno.TcpListener {
  const port = Number(Deno.env.get("PORT") || 10088);
  try {
    return Deno.listen({ port });
  } catch (error) {
    console.error(`Cannot listen on port ${port}, set PORT to another: ${error}`);
    Deno.exit(1);
  }
}

const listener = listen();
Deno.addSignalListener("SIGINT", stop);
// Windows has no such signal.
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
console.log(`Listening on http://localhost:${listener.addr.port}/`);

while (!isStopping) {
  try {
    serve(await listener.accept()).catch(report);
  } catch (error) {
    // A client that was gone before it was accepted; or the end.
    if (isStopping || error instanceof Deno.errors.NotConnected) continue;
    report(error);
    // Too many open files, say: some will be closed.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
