/**
 * The peer's side of the shared suite where the subject is a client: a server that plays the half of the case in the URL, and tells
 * what came of it at `/outcome/ID`.
 *
 * @module
 */

import { acceptWebSocket, readRequest } from "../../../mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import type { SuitePeer } from "./suite_case.ts";
import { sleep } from "./suite_case.ts";
import { suiteCases } from "./suite_cases.ts";

/** What became of the peers' halves, by the id in their URL. */
const outcomes = new Map<string, string>();

/** Serves one connection. Never rejects. */
export async function servePeer(conn: Deno.Conn): Promise<void> {
  const transport = denoTransport(conn);
  try {
    const { request, head } = await readRequest(transport);
    const [, kind, index, id = ""] = /^\/(case|outcome)\/(?:(\d+)\/)?([\w-]+)$/.exec(request.url.pathname) ??
      [];
    const connect: SuitePeer["connect"] = ({ onFrame } = {}) =>
      acceptWebSocket(transport, { request, head, origins: "*", onFrame });
    if (kind === "outcome") {
      const connection = await connect();
      await connection.send(await readOutcome(id));
      await connection.closed;
      return;
    }
    outcomes.set(id, await play(Number(index), connect));
  } catch (error) {
    transport.destroy(error);
  }
}

async function play(index: number, connect: SuitePeer["connect"]): Promise<string> {
  const serversOnly = () => Promise.reject(new Error("Only servers can be asked so"));
  try {
    await suiteCases[index]!.peer({ connect, open: serversOnly, openAndVanish: serversOnly });
    return "ok";
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

async function readOutcome(id: string): Promise<string> {
  for (let turn = 0; turn < 500; turn++) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) return outcome;
    await sleep(10);
  }
  return "nothing was heard of the peer";
}
