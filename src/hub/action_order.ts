/**
 * The actions of one member, in the order in which they were asked for, however long it takes to allow each.
 * Knows nothing of what they do.
 *
 * @module
 */

import { quietly, rejectQuietly } from "../connection/quietly.ts";

/** A first come, first served order. */
export class ActionOrder {
  /** Settles when the last action that waits has begun. */
  #last: Promise<unknown> | undefined;

  /**
   * Acts once everything before has begun and `prepare` has its answer; at once, where nothing is to be
   * waited for. What `act` returns is not waited for by those behind.
   */
  run<Ready, Result>(
    prepare: () => Ready | PromiseLike<Ready>,
    act: (ready: Ready) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    try {
      if (this.#last !== undefined) return this.#wait(prepare, act);
      const ready = prepare();
      if (isThenable(ready)) return this.#wait(() => ready, act);
      return quietly(Promise.resolve(act(ready)));
    } catch (error) {
      return rejectQuietly(error);
    }
  }

  #wait<Ready, Result>(
    prepare: () => Ready | PromiseLike<Ready>,
    act: (ready: Ready) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    // A box, since a promise of the result would be waited for.
    const begin = async () => ({ result: act(await prepare()) });
    const begun = this.#last === undefined ? begin() : this.#last.then(begin);
    const last: Promise<void> = begun.then(() => {}, () => {}).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return quietly(begun.then(({ result }) => result));
  }
}

/** Whether something has to be waited for. */
export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
