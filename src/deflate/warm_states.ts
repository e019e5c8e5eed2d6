/**
 * States that are large, and can be made again out of something small: kept are those that are in use again
 * and again. Knows no compression.
 *
 * @module
 */

/** Who has a state. */
export interface Owner {
  /** How large its states are, in bytes. */
  readonly stateSize: number;
  /** When it last had one, on a clock that goes on by the size of each state in use. Written here only. */
  lastUse: number;
}

/** The states that are kept in all of the process. */
export class WarmStates<State> {
  readonly #size: number;
  readonly #free: (state: State) => void;
  /** In the order of use. */
  readonly #states = new Map<Owner, State>();
  #clock = 0;
  #latest: Owner | undefined;

  /**
   * Keeps at most `size` bytes, and less where more than that takes turns: to fetch a state that
   * has left the processor's cache takes longer than to make it. `free` is given each state that is
   * not kept, or not any longer.
   */
  constructor(size: number, free: (state: State) => void) {
    this.#size = size;
    this.#free = free;
  }

  /** Keeps the state of `owner`, who has none here, if it had one lately. */
  keep(owner: Owner, state: State): void {
    const { lastUse } = owner;
    if (owner !== this.#latest) this.#clock += owner.stateSize;
    this.#latest = owner;
    owner.lastUse = this.#clock;
    const lately = this.#clock - this.#size;
    if (lastUse < lately) this.#free(state);
    else this.#states.set(owner, state);
    for (const other of this.#states.keys()) {
      if (other.lastUse >= lately) break;
      this.drop(other);
    }
  }

  /** Gives back what was kept for `owner`, if it still is. */
  take(owner: Owner): State | undefined {
    const state = this.#states.get(owner);
    if (state !== undefined) this.#states.delete(owner);
    return state;
  }

  /** Frees what was kept for `owner`, if it still is. */
  drop(owner: Owner): void {
    const state = this.take(owner);
    if (state !== undefined) this.#free(state);
  }
}
