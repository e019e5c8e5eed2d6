/**
 * The peer's side of the shared suite where the subject is a client: a server that plays the half of the case in the URL, and tells
 * what came of it at `/outcome/ID`.
 *
 * @module
 */

import {
  acceptWebSocket,
  type ConnectOptions,
  type HandshakeRequest,
  readRequest,
  type WebSocketConnection,
} from "../../../mod.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { computeAcceptKey } from "../../../src/handshake/accept_key.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { createRawLink } from "./raw_link.ts";
import { sleep, type SuitePeer } from "./suite_case.ts";
import { suiteCases } from "./suite_cases.ts";

/** What became of the peers' halves, by the id in their URL. */
const outcomes = new Map<string, string>();

/** A request of a subject. */
export interface Arrival {
  readonly target: string;
  /** Answers it by the engine, */
  accept(options: Pick<ConnectOptions, "onFrame">): Promise<WebSocketConnection>;
  /** or by hand. */
  answer(): ByteTransport | Promise<ByteTransport>;
}

/** Serves one connection over HTTP/1.1. Never rejects. */
export async function servePeer(conn: Deno.Conn): Promise<void> {
  const transport = denoTransport(conn);
  try {
    const { request, head } = await readRequest(transport);
    await serveArrival({
      target: request.target,
      accept: ({ onFrame }) => acceptWebSocket(transport, { request, head, origins: "*", onFrame }),
      async answer() {
        transport.write([await encodeAnswer(request)]);
        return transport;
      },
    });
  } catch (error) {
    transport.destroy(error);
  }
}

async function encodeAnswer({ headers }: HandshakeRequest): Promise<Uint8Array> {
  const key = await computeAcceptKey(headers.get("Sec-WebSocket-Key") ?? "");
  const fields = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${key}`];
  return new TextEncoder().encode(["HTTP/1.1 101 OK", ...fields, "", ""].join("\r\n"));
}

/** Plays the peer of who comes. Rejects where the connection does. */
export async function serveArrival({ target, accept, answer }: Arrival): Promise<void> {
  const [, kind, index, id = ""] = /^\/(case|outcome)\/(?:(\d+)\/)?([\w-]+)$/.exec(target) ?? [];
  if (kind === "outcome") {
    const connection = await accept({});
    await connection.send(await readOutcome(id));
    await connection.closed;
    return;
  }
  outcomes.set(
    id,
    await play(Number(index), {
      connect: ({ onFrame } = {}) => accept({ onFrame }),
      open: async () => createRawLink(await answer(), { isMasking: false }),
      openAndVanish: () => Promise.reject(new Error("Only servers can be asked so")),
    }),
  );
}

async function play(index: number, peer: SuitePeer): Promise<string> {
  try {
    await suiteCases[index]!.peer(peer);
    return "ok";
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

async function readOutcome(id: string): Promise<string> {
  for (let turn = 0; turn < 2000; turn++) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) return outcome;
    await sleep(10);
  }
  return "nothing was heard of the peer";
}
