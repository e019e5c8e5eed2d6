/**
 * States that are large, and can be made again out of something small: those used last are kept. Knows no compression.
 *
 * @module
 */

/** The states of those who used one last, in all of the process. */
export class WarmStates<State> {
  readonly #capacity: number;
  /** In the order of use. */
  readonly #states = new Map<object, State>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Keeps the state of `owner`, in place of the oldest one. */
  keep(owner: object, state: State): void {
    if (this.#states.size === this.#capacity) this.#states.delete(this.#states.keys().next().value!);
    this.#states.set(owner, state);
  }

  /** Gives back what was kept for `owner`, if it still is. */
  take(owner: object): State | undefined {
    const state = this.#states.get(owner);
    if (state !== undefined) this.#states.delete(owner);
    return state;
  }
}
