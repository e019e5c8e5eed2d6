/**
 * Many small chunks as one, for runtimes that write one at a time.
 *
 * @module
 */

/** Below this many bytes, copying a chunk costs less than another call of the system. */
const smallChunk = 4096;

/** The same bytes: small chunks that follow each other are joined. */
export function joinChunks(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (let start = 0, end = 0; start < chunks.length; start = end) {
    let size = 0;
    while (end < chunks.length && chunks[end]!.length < smallChunk) size += chunks[end++]!.length;
    if (end - start < 2) {
      end = start + 1;
      joined.push(chunks[start]!);
      continue;
    }
    const whole = new Uint8Array(size);
    for (let at = 0; start < end; start++) {
      whole.set(chunks[start]!, at);
      at += chunks[start]!.length;
    }
    joined.push(whole);
  }
  return joined;
}
