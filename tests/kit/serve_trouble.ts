/**
 * A server that does to its clients, by the path they ask for, what servers should not:
 *
 * - `/silent` never answers the handshake; `/refuse` answers it with 401.
 * - `/vanish` ends the transport in the middle of a message; `/broken` sends a frame that breaks a rule.
 * - `/large` sends a message of 2 MiB; `/restart` closes with 1012 after the first message.
 * - `/stall` does not read for a second; `/flood?id=ID` sends 64 MiB to a client that may never read, and `/flooded?id=ID` tells how many of
 *   its 1024 messages were taken.
 *
 * All others send every message back.
 *
 * @module
 */

import { acceptWebSocket } from "../../src/connection/accept_web_socket.ts";
import type { WebSocketConnection } from "../../src/connection/web_socket_connection.ts";
import { denoTransport } from "../../src/runtime/deno.ts";

/** How many messages each flood has brought to its client's side. */
const floods = new Map<string, number>();

/** Serves one connection, to its end. Never rejects. */
export async function serveTrouble(conn: Deno.Conn): Promise<void> {
  try {
    const connection = await acceptWebSocket(denoTransport(conn), {
      origins: "*",
      protocols: ["chat"],
      authorize({ url: { pathname } }) {
        if (pathname === "/silent") return new Promise<undefined>(() => {});
        return pathname === "/refuse" ? new Response("no", { status: 401 }) : undefined;
      },
    });
    await behave(connection, conn);
  } catch {
    // The client is to tell what went wrong.
  }
}

async function behave(connection: WebSocketConnection, conn: Deno.Conn): Promise<void> {
  const { pathname, searchParams } = connection.request!.url;
  const id = searchParams.get("id") ?? "";
  switch (pathname) {
    case "/vanish":
      await conn.write(Uint8Array.of(0x81, 5, 72, 101));
      conn.close();
      break;
    case "/broken":
      await conn.write(Uint8Array.of(0xf1, 0));
      break;
    case "/large":
      await connection.send(new Uint8Array(2 * 1024 * 1024));
      break;
    case "/restart":
      await connection.receive();
      await connection.close({ closeCode: 1012, reason: "restart" });
      break;
    case "/stall":
      // Long enough for any client, and no longer than the test.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      for await (const _message of connection);
      break;
    case "/flood":
      for (let count = 1; count <= 1024; count++) {
        await connection.send(new Uint8Array(65536));
        floods.set(id, count);
      }
      break;
    case "/flooded":
      await connection.send(`${floods.get(id) ?? 0}`);
      break;
  }
  for await (const message of connection) await connection.send(message);
}
