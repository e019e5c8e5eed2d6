/**
 * Listeners, counted. Knows not what they wait for.
 *
 * @module
 */

/** A signal that counts who listens. */
export function createCountingSignal(): { signal: AbortSignal; listeners: () => number } {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (...given: Parameters<typeof add>) => (listeners.add(given[1]), add(...given)),
    removeEventListener(...given: Parameters<typeof remove>) {
      listeners.delete(given[1]);
      remove(...given);
    },
  });
  return { signal, listeners: () => listeners.size };
}
