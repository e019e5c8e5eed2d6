/**
 * What a runtime's run of the tests came to. Every runtime's reporter is turned into this; nothing below it
 * knows which runtime a result came from.
 *
 * @module
 */

/** How one test ended. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Error name, message and stack of a failure; the reason of a skip where it is known. */
  readonly detail: string;
}

/** All that one runtime reported. */
export interface Outcome {
  readonly results: readonly TestResult[];
  /** What went wrong outside any test: no report, a deadline passed, a late rejection. Each counts as a failure. */
  readonly problems: readonly string[];
}
