/**
 * Waiting for what happens when it pleases: bytes of a network, a digest, a Blob, a channel. Knows none of them.
 *
 * @module
 */

/** Waits until something holds, for 20 seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`Not in 20 s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
