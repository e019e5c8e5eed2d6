/**
 * Keeps book of promises: which were handed out, and which have settled. Knows not what they are for.
 *
 * @module
 */

/** How a promise has settled. */
export type Settlement = { readonly value: unknown } | { readonly error: unknown };

/** The promises of one test. */
export class Ledger {
  readonly #pending = new Set<string>();
  readonly #settled = new Map<string, Settlement>();

  /** Enters a promise under a name of its own, and returns it. */
  keep<Value>(name: string, promise: Promise<Value>): Promise<Value> {
    this.#pending.add(name);
    const settle = (settlement: Settlement) => {
      this.#pending.delete(name);
      this.#settled.set(name, settlement);
    };
    promise.then((value) => settle({ value }), (error) => settle({ error }));
    return promise;
  }

  /** The names of those that have not settled. */
  get pending(): string[] {
    return [...this.#pending];
  }

  /** How one has settled. */
  get(name: string): Settlement | undefined {
    return this.#settled.get(name);
  }
}
