// An echo over `Deno.listen`: every message goes back as it came, no faster than the client reads.
// Run: deno run --allow-net --allow-env=PORT examples/echo_server_deno.ts
import { acceptWebSocket } from "@weft/websocket";
import { denoTransport } from "@weft/websocket/deno";

async function serve(conn: Deno.TcpConn): Promise<void> {
  const connection = await acceptWebSocket(denoTransport(conn));
  for await (const message of connection) await connection.send(message);
}

const listener = Deno.listen({ port: Number(Deno.env.get("PORT") ?? 10088) });
console.log(`Listening on ws://localhost:${listener.addr.port}/`);

// A client that is refused, or gone before its reply or even from the queue, is no concern of the others.
const report = (error: unknown) => console.error(`${error}`);
for (;;) await listener.accept().then((conn) => void serve(conn).catch(report), report);
