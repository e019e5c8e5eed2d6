/**
 * The one list of sentences that holds for every connection, whoever has its frames, as tests of one adapter. How an adapter joins:
 *
 * - Its server calls `answerCase()` of `answer_case.ts` for each request, and returns, or sends, what comes of it. The subject's half of
 *   a case runs there. In workerd, `done` goes to `waitUntil()`.
 * - A test file calls `testServer()` with its name, which is its row in README's table, its traits, which are the columns, and how to
 *   start it and connect to it. Then `deno task capabilities` writes the table anew.
 * - A client under test has the same cases, but for those with `isHandshake`, by `testClient()`: the peer's half runs on a server then
 *   (`suite_cases.ts` has all of them by index), where `connect()` is the connection that the server has accepted.
 *
 * Where traits decide between two sentences, the adapter is held to the one that its traits name: that is where the table comes from.
 *
 * @module
 */

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { ConnectOptions } from "../../../mod.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { pathOfCase, readOutcome } from "./answer_case.ts";
import { ServerPeer } from "./server_peer.ts";
import type { SuiteCase, SuitePeer, SuiteTraits } from "./suite_case.ts";
import { suiteCases } from "./suite_cases.ts";

/** A server of subjects. */
export interface SuiteServer {
  /** What its connections are made by: its row in the table. */
  readonly name: string;
  /** What they can do. */
  readonly traits: SuiteTraits;
  /** Starts it: an URL without a path. */
  start(): Promise<{ readonly url: string; stop(): unknown }>;
  /** Connects to a port of 127.0.0.1, for the handshake of HTTP/1.1, */
  readonly dial?: (port: number) => Promise<ByteTransport>;
  /** with these options. */
  readonly connectOptions?: ConnectOptions;
  /** Or is a peer that has another handshake, for all sentences but those on it. */
  readonly createPeer?: (url: string) => SuitePeer;
  /** Why a runtime's own fault makes a sentence untrue, by the sentence. */
  readonly skipped?: Readonly<Record<string, string>>;
}

/** Whether a sentence is for connections with these traits. */
export function applies({ where, unless }: SuiteCase, traits: SuiteTraits): boolean {
  return [where ?? []].flat().every((trait) => traits[trait]) && (unless === undefined || !traits[unless]);
}

/** The trait that decides on a sentence, as `tools/capabilities.ts` reads it from the names of tests. */
export function nameTrait({ where, unless }: SuiteCase): string {
  return where !== undefined
    ? `, with ${[where].flat()[0]}`
    : unless !== undefined
    ? `, without ${unless}`
    : "";
}

/** Declares the tests of a server. */
export function testServer(
  { name, traits, start, dial, connectOptions, createPeer, skipped = {} }: SuiteServer,
): void {
  for (const suiteCase of suiteCases.filter((each) => applies(each, traits))) {
    if (dial === undefined && suiteCase.isHandshake) continue;
    const skip = skipped[suiteCase.sentence] ?? false;
    test(`${name}${nameTrait(suiteCase)}: ${suiteCase.sentence}`, { skip }, async () => {
      const { url, stop } = await start();
      const id = crypto.randomUUID();
      try {
        const path = pathOfCase(suiteCase, id);
        await suiteCase.peer(
          dial ? new ServerPeer(url + path, dial, connectOptions) : createPeer!(url + path),
        );
        const { subject, outcome = subject === undefined ? undefined : "ok" } = suiteCase;
        if (outcome !== undefined) assertEquals(await readOutcome(id), outcome);
      } finally {
        await stop();
      }
    });
  }
}
