/**
 * What a node has asked others, and who has not answered. Knows nothing of what it is about.
 *
 * @module
 */

import type { Clock } from "../connection/clock.ts";
import { withResolver } from "./node_identity.ts";

/** A question, and who has not answered it. */
interface Question {
  readonly waiting: Set<string>;
  readonly names: string[];
  readonly resolve: (yes: boolean) => void;
}

/** Milliseconds that an answer may take. */
const answerTimeout = 2_000;

/** The questions of one node. */
export class NodeQuestions {
  readonly #questions = new Map<number | string, Question>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks other nodes. Whether all of them say yes in time, those that are gone meanwhile left out; and the
   * names that they say.
   */
  async ask(
    number: number | string,
    nodes: Iterable<string>,
    ask: () => void,
  ): Promise<{ readonly yes: boolean; readonly names: string[] }> {
    const { promise, resolve } = withResolver<boolean>();
    const question: Question = { waiting: new Set(nodes), names: [], resolve };
    if (question.waiting.size === 0) return { yes: true, names: [] };
    this.#questions.set(number, question);
    const cancel = this.#clock.after(answerTimeout, () => resolve(false));
    try {
      ask();
      return { yes: await promise, names: question.names };
    } finally {
      cancel();
      this.#questions.delete(number);
    }
  }

  /** A node answers. */
  hear(from: string, number: number | string, yes: boolean, names: readonly string[] = []): void {
    const question = this.#questions.get(number);
    if (question === undefined || !question.waiting.delete(from)) return;
    for (const name of names) question.names.push(name);
    if (!yes) question.resolve(false);
    else if (question.waiting.size === 0) question.resolve(true);
  }

  /** A node is gone, and will not answer. */
  forget(node: string): void {
    for (const { waiting, resolve } of this.#questions.values()) {
      if (waiting.delete(node) && waiting.size === 0) resolve(true);
    }
  }

  /** It is known otherwise. */
  settle(number: number | string, yes: boolean): void {
    this.#questions.get(number)?.resolve(yes);
  }

  /** Nobody waits any longer. */
  stop(): void {
    for (const { resolve } of this.#questions.values()) resolve(false);
  }
}
