/**
 * Keeps the events of a run, which the collector in `tests/kit` reports from workerd and the browser and
 * `node_reporter.js` from Node, and says how far the run came.
 *
 * @module
 */
import type { TestEvent } from "../../tests/kit/collector.ts";
import type { Outcome, TestResult } from "./outcome.ts";
import { stripColours } from "./run_program.ts";

/** The events of one run. */
export class EventLog {
  /** How tests ended so far. */
  readonly results: TestResult[] = [];
  /** The last test that began. */
  running = "no test";
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers();

  /** Takes one event in. */
  add(event: TestEvent): void {
    if (event.type === "start") this.running = `${event.file}: ${event.name}`;
    else if (event.type === "result") this.results.push({ ...event, detail: stripColours(event.detail) });
    else this.#ended.resolve();
  }

  /** Stops waiting: what runs the tests is gone. */
  end(error: unknown): void {
    this.#ended.reject(error);
  }

  /** All results, once the run has ended or `deadline` seconds are over. */
  async outcome(deadline: number): Promise<Outcome> {
    const problems: string[] = [];
    const late = setTimeout(
      () => this.#ended.reject(new Error(`Not done after ${deadline} s`)),
      deadline * 1000,
    );
    try {
      await this.#ended.promise;
      if (this.results.length === 0) problems.push("No test ran");
    } catch (error) {
      problems.push(
        `${error instanceof Error ? error.message : error}; the last test begun: ${this.running}`,
      );
    }
    clearTimeout(late);
    return { results: this.results, problems };
  }
}
