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
import type { SuiteOptions, SuiteTraits } from "./suite_case.ts";
import { suiteCases } from "./suite_cases.ts";
import { applies, nameTrait } from "./test_server.ts";

/** A way to open connections. */
export interface SuiteClient {
  /** What its connections are made by. */
  readonly name: string;
  /** What they can do. */
  readonly traits: SuiteTraits;
  /** Opens a connection. */
  connect(url: string, options?: SuiteOptions): Promise<MessageConnection>;
}

/** Declares the tests of a client. */
export function testClient({ name, traits, connect }: SuiteClient): void {
  for (const suiteCase of suiteCases) {
    const { sentence, subject, options, isHandshake } = suiteCase;
    if (isHandshake === true || subject === undefined || !applies(suiteCase, traits)) continue;
    test(`${name}${nameTrait(suiteCase)}: ${sentence}`, async () => {
      const id = crypto.randomUUID();
      const connection = await connect(findPeers().suite + pathOfCase(suiteCase, id), options);
      await subject(connection);
      const outcome = await connect(`${findPeers().suite}/outcome/${id}`);
      assertEquals(await outcome.receive(), "ok");
      await outcome.close();
    });
  }
}
