/**
 * When those who have something to write do so: all of a turn at its end. Where that takes long, since they
 * are many, what goes to many waits a little for more of its kind. Knows no bytes.
 *
 * @module
 */

/** Somebody who has something to write. */
export interface Flusher {
  /** Writes it. */
  endTurn(): void;
}

/** What of a clock it needs. */
export interface RestClock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls `run` once after so many milliseconds. */
  after(milliseconds: number, run: () => void): unknown;
}

/** The most milliseconds of a rest; one of less than a millisecond is none. */
const longestRest = 10;

/** The turns of many. */
export class FlushSchedule {
  readonly #clock: RestClock;
  readonly #crowd: number;
  #due: Flusher[] = [];
  /** Those who wait for the end of the rest, where there is one. */
  #gathered: Flusher[] | undefined;

  /** From `crowd` flushers on, the time that a turn's writing takes is looked at. */
  constructor(clock: RestClock, crowd = 64) {
    this.#clock = clock;
    this.#crowd = crowd;
  }

  /** Whether a crowd was written to just now, so that messages to many may wait. */
  get resting(): boolean {
    return this.#gathered !== undefined;
  }

  /** Has somebody write at the end of this turn: one microtask does it for all. */
  atEndOfTurn(flusher: Flusher): void {
    if (this.#due.push(flusher) === 1) queueMicrotask(this.#endTurn);
  }

  /** Has somebody write at the end of the rest. */
  atEndOfRest(flusher: Flusher): void {
    this.#gathered!.push(flusher);
  }

  readonly #endTurn = (): void => {
    const due = this.#due.reverse();
    this.#due = [];
    const isCrowd = due.length >= this.#crowd;
    const start = isCrowd ? this.#clock.now() : 0;
    try {
      for (let flusher; (flusher = due.pop()) !== undefined;) flusher.endTurn();
    } finally {
      // A transport that throws, which it must not, takes nobody else along.
      for (const flusher of due.reverse()) this.atEndOfTurn(flusher);
    }
    if (isCrowd) this.#rest((this.#clock.now() - start) / 2);
  };

  /**
   * Writing to a crowd takes two thirds of the time, or more where it takes 20 ms or longer, so that others
   * are served between.
   */
  #rest(milliseconds: number): void {
    if (milliseconds < 1 || this.resting) return;
    this.#gathered = [];
    this.#clock.after(Math.min(milliseconds, longestRest), () => {
      const gathered = this.#gathered!;
      this.#gathered = undefined;
      for (const flusher of gathered) this.atEndOfTurn(flusher);
    });
  }
}
