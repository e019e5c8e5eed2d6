/**
 * Who wants to know what happens in a hub.
 *
 * @module
 */

import type { HubEvent } from "./hub_options.ts";

/** Listeners, none of which can harm another. */
export class HubListeners {
  readonly #listeners = new Set<(event: HubEvent) => void>();

  /** Adds a listener; returns what removes it. */
  add(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells all. */
  tell(event: HubEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        // Who cannot be told of an error, is not told of the next one.
        if (event.type !== "error") this.tell({ type: "error", error });
      }
    }
  }
}
