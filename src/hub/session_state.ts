/**
 * What a session is at a moment, for whoever has to begin it again. Types alone.
 *
 * @module
 */

/** What a session is at the moment, as JSON, for whoever has to begin it again after a sleep. */
export interface SessionState {
  /** The name; none before login. */
  readonly name?: string;
  /** Whether it is told of all members that come and go. */
  readonly presence: boolean;
  /** Its topics, and whether it is told of who comes to each and leaves it. */
  readonly topics: readonly { readonly topic: string; readonly presence: boolean }[];
}

/** The options of a session. */
export interface SessionOptions {
  /**
   * Called with the new state once the client has logged in, subscribed or unsubscribed, before it gets the
   * answer. What it throws is told to the hub's `watch()`, and closes the connection with 1011: a session
   * whose state is lost cannot go on.
   */
  readonly onState?: ((state: SessionState) => void) | undefined;
}
