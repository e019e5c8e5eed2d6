/**
 * This engine as the server and as the client of the cases in `interop_cases.ts`, over any transport.
 *
 * @module
 */

import {
  acceptWebSocket,
  connectWebSocket,
  HandshakeError,
  type HandshakeRequest,
  type WebSocketConnection,
} from "../../mod.ts";
import type { ByteStreamPair, ByteTransport } from "../../src/connection/byte_transport.ts";
import type { Extension } from "../../src/protocol/extension.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { type InteropClient, type InteropFacts, Refusal } from "./interop_cases.ts";

/** What this engine's client is capable of, and what its server is. */
export const weftClientFacts = { emptyClose: 1000, tellsRefusal: true, clientPings: true } as const;
export const weftServerFacts = { serverPings: true, tellsClosings: true } as const satisfies Partial<
  InteropFacts
>;

const limits = { maxMessageSize: 16 * 1024 * 1024, fragmentSize: 64 * 1024 };

function listExtensions(compresses: boolean): Extension[] {
  return compresses ? [permessageDeflate({ threshold: 0 })] : [];
}

/** Resolves with how a connection was closed. */
interface Closing {
  readonly told: Promise<string>;
  readonly tell: (closing: string) => void;
}

/** How connections were closed, by their `id`. */
const closings = new Map<string, Closing>();

function findClosing(id: string): Closing {
  let closing = closings.get(id);
  if (closing === undefined) {
    let tell = (_closing: string) => {};
    const told = new Promise<string>((resolve) => tell = resolve);
    closings.set(id, closing = { told, tell });
  }
  return closing;
}

/** Serves one connection, to its end. Never rejects: clients come and go as they please. */
export async function serveInterop(
  transport: ByteStreamPair | ByteTransport,
  compresses: boolean,
  request?: HandshakeRequest,
): Promise<void> {
  try {
    const connection = await acceptWebSocket(transport, {
      ...limits,
      extensions: listExtensions(compresses),
      request,
      protocols: ["chat"],
      origins: "*",
      authorize({ url }) {
        if (url.pathname === "/refuse-at-length") return new Response("no".repeat(100_000), { status: 503 });
        if (url.pathname !== "/refuse") return;
        return new Response("who are you?", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
      },
    });
    await behave(connection, connection.request!.url);
  } catch {
    // The client has told, or will tell, what went wrong.
  }
}

async function behave(connection: WebSocketConnection, { pathname, searchParams }: URL): Promise<void> {
  const id = searchParams.get("id") ?? "";
  if (pathname === "/closing") await connection.send(await findClosing(id).told);
  if (pathname === "/extensions") await connection.send(connection.extensions);
  if (pathname === "/ping") {
    await connection.ping();
    await connection.send("pong");
  }
  for await (const message of connection) {
    if (pathname === "/close") void connection.close({ closeCode: 4001, reason: "enough" });
    else await connection.send(message);
  }
  const { closeCode, reason } = await connection.closed;
  if (id !== "" && pathname === "/echo") findClosing(id).tell(`${closeCode} ${reason}`);
}

/** Connects over a transport that leads to the server. */
export async function connectWeft(
  url: string,
  transport: ByteStreamPair | ByteTransport,
  compresses: boolean,
  protocols: string[] = [],
): Promise<InteropClient> {
  const options = { ...limits, extensions: listExtensions(compresses), protocols };
  const connection = await connectWebSocket(url, transport, options).catch((error) => {
    if (!(error instanceof HandshakeError)) throw error;
    throw new Refusal(error.status, new TextDecoder().decode(error.response?.body));
  });
  return {
    protocol: connection.protocol,
    extensions: connection.extensions,
    send: (message) => connection.send(message),
    async receive() {
      const message = await connection.receive();
      if (message === undefined) throw new Error("The connection has ended");
      return message;
    },
    ping: () => connection.ping(),
    close: (closeCode, reason) =>
      closeCode === undefined ? connection.close() : connection.close({ closeCode, reason: reason ?? "" }),
    closed: connection.closed,
  };
}
