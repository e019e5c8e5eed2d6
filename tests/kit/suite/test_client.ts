/**
 * The list of sentences that holds for every connection, as tests of one that a client has opened. The peer's halves run in
 * `peer_servers.ts`.
 *
 * @module
 */

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { MessageConnection } from "../../../mod.ts";
import { findPeers } from "../read_environment.ts";
import { pathOfCase } from "./answer_case.ts";
import type { SuiteCase, SuiteOptions, SuiteTraits } from "./suite_case.ts";
import { suiteCases } from "./suite_cases.ts";
import { applies, nameTrait } from "./test_server.ts";

/** A way to open connections. */
export interface SuiteClient {
  /** What its connections are made by: its row in the table. */
  readonly name: string;
  /** What they can do. */
  readonly traits: SuiteTraits;
  /** Opens a connection. */
  connect(url: string, options?: SuiteOptions): Promise<MessageConnection>;
  /** Starts its peer, where that is not the one of `peer_servers.ts`: an URL without a path. */
  readonly start?: () => Promise<{ readonly url: string; stop(): unknown }>;
  /** Why a sentence is untrue, by the sentence. */
  readonly skipped?: Readonly<Record<string, string>>;
}

const reachPeers = () => Promise.resolve({ url: findPeers().suite, stop() {} });

/** Declares the tests of a client. */
export function testClient({ name, traits, connect, start = reachPeers, skipped = {} }: SuiteClient): void {
  for (const suiteCase of suiteCases) {
    const { sentence, isHandshake } = suiteCase;
    if (isHandshake === true || !applies(suiteCase, traits)) continue;
    const skip = skipped[sentence] ?? false;
    test(`${name}${nameTrait(suiteCase)}: ${sentence}`, { skip }, async () => {
      const { url, stop } = await start();
      try {
        await runClient(suiteCase, (path, options) => connect(url + path, options));
      } finally {
        await stop();
      }
    });
  }
}

async function runClient(
  suiteCase: SuiteCase,
  open: (path: string, options?: SuiteOptions) => Promise<MessageConnection>,
): Promise<void> {
  const { subject, options, outcome } = suiteCase;
  const id = crypto.randomUUID();
  const opening = open(pathOfCase(suiteCase, id), options);
  // Who opens no connection has no peer that could tell of it.
  if (subject === undefined) {
    return assertEquals(await opening.then(() => "connected", ({ name }) => `threw ${name}`), outcome);
  }
  await subject(await opening);
  const judge = await open(`/outcome/${id}`);
  assertEquals(await judge.receive(), "ok");
  await judge.close();
}
