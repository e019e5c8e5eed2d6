/**
 * The subject's side of the shared suite: which case a request asks for, and what became of it. No test is declared here, so a worker
 * can import it.
 *
 * A server's adapter is `answerCase(request.url, (options) => upgradeWebSocket(request, options))`.
 *
 * @module
 */

import type { MessageConnection } from "../../../mod.ts";
import { suiteCases } from "./suite_cases.ts";
import { sleep, type SuiteCase, type SuiteOptions } from "./suite_case.ts";

/** What an upgrade came to. */
export interface SuiteUpgrade {
  readonly connection?: MessageConnection | undefined;
  readonly error?: { readonly status: number } | undefined;
}

/** How subjects fared, by the id in their URL. */
const outcomes = new Map<string, string>();

/** The path of one run of a case. */
export function pathOfCase(suiteCase: SuiteCase, id: string): string {
  return `/case/${suiteCases.indexOf(suiteCase)}/${id}`;
}

/** Upgrades as the case in the URL has it, and runs the subject's half until `done`. Throws what `upgrade` does. */
export async function answerCase<Upgrade extends SuiteUpgrade>(
  url: string,
  upgrade: (options: SuiteOptions) => Promise<Upgrade>,
): Promise<{ readonly upgrade: Upgrade; readonly done: Promise<void> }> {
  const [, index, id] = /\/case\/(\d+)\/([\w-]+)$/.exec(new URL(url, "http://localhost").pathname) ?? [];
  const suiteCase = suiteCases[Number(index)];
  if (suiteCase === undefined || id === undefined) throw new Error(`No case: ${url}`);
  try {
    const upgraded = await upgrade(suiteCase.options ?? {});
    return { upgrade: upgraded, done: runSubject(suiteCase, id, upgraded) };
  } catch (error) {
    outcomes.set(id, `threw ${error instanceof Error ? error.name : error}`);
    throw error;
  }
}

async function runSubject(
  suiteCase: SuiteCase,
  id: string,
  { connection, error }: SuiteUpgrade,
): Promise<void> {
  if (connection === undefined) return void outcomes.set(id, `refused ${error?.status}`);
  try {
    await suiteCase.subject?.(connection);
    outcomes.set(id, suiteCase.subject === undefined ? "connected" : "ok");
  } catch (error) {
    outcomes.set(id, error instanceof Error ? error.stack ?? error.message : String(error));
  }
}

/** How a subject fared, once it is known. */
export async function readOutcome(id: string): Promise<string> {
  // Polled, as a promise of another request would not wake a worker.
  for (let turn = 0; turn < 2000; turn++) {
    const outcome = outcomes.get(id);
    if (outcome !== undefined) return outcome;
    await sleep(10);
  }
  return "nothing was heard of the subject";
}
