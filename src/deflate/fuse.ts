/**
 * A state that one failure leaves in disorder: half of a message may have gone through. Knows not what it is.
 *
 * @module
 */

/** Work on such a state. What comes behind a failure fails with the same error, and touches nothing. */
export class Fuse {
  #failure: { readonly error: unknown } | undefined;

  /** Does the work, unless some has failed before. */
  run<Result>(work: () => Result): Result {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return work();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
