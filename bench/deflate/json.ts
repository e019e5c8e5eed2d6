/**
 * JSON messages as applications send them: records whose keys repeat and whose values mostly do not. The same ones in every run.
 *
 * @module
 */

const names = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];
const words =
  ("the quick brown fox jumps over a lazy dog while seven wizards quietly observe from distant mountains " +
    "and rivers beyond which nobody has ever sent a message that was not read by someone else before").split(
      " ",
    );

/** Messages of about `size` bytes each, `total` bytes in all. */
export function createJson(size: number, total: number): Uint8Array[] {
  let seed = size;
  const random = (below: number): number => {
    seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 0) % below;
  };
  const pick = (list: readonly string[]): string => list[random(list.length)]!;
  const createRecord = () => ({
    id: random(0xffffffff),
    user: pick(names),
    time: new Date(1_700_000_000_000 + random(1e9)).toISOString(),
    position: [random(180e6) / 1e6, random(360e6) / 1e6],
    active: random(2) === 0,
    tags: [pick(words), pick(words)],
    text: Array.from({ length: 4 + random(6) }, () => pick(words)).join(" "),
  });
  const encoder = new TextEncoder();
  const messages: Uint8Array[] = [];
  for (let bytes = 0; bytes < total;) {
    const items: unknown[] = [];
    const write = () => encoder.encode(JSON.stringify({ type: "update", sequence: messages.length, items }));
    while (write().length < size) items.push(createRecord());
    const message = write();
    messages.push(message);
    bytes += message.length;
  }
  return messages;
}
