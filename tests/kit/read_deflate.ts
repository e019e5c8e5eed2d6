/**
 * DEFLATE as RFC 1951 describes it, read the slow and obvious way, with every distance told: what the codecs are measured
 * against, so it shares nothing with them.
 *
 * @module
 */

/** What is in a compressed message. */
export interface DeflateContent {
  readonly output: Uint8Array;
  /** The longest distance of a match; 0 where there is none. */
  readonly longestDistance: number;
  /** The type of each block: 0 stored, 1 fixed, 2 dynamic. */
  readonly blocks: readonly number[];
}

/** RFC 1951 §3.2.5 */
const lengthBase = [
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31],
  ...[35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258],
];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function distanceBase(symbol: number): number {
  return symbol < 4 ? symbol + 1 : ((2 + symbol % 2) << ((symbol >> 1) - 1)) + 1;
}

/** Codes as strings of "0" and "1" to their symbols (RFC 1951 §3.2.2). */
function createCodes(lengths: readonly number[]): Map<string, number> {
  const codes = new Map<string, number>();
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code *= 2;
    lengths.forEach((own, symbol) => {
      if (own === length) codes.set((code++).toString(2).padStart(length, "0"), symbol);
    });
  }
  return codes;
}

const fixedLengths = Array.from({ length: 288 }, (_, at) => at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8);
const fixedCodes = createCodes(fixedLengths);
const fixedDistances = createCodes(Array.from({ length: 30 }, () => 5));

/**
 * Reads the payload of a compressed message (RFC 7692 §7.2.2) behind what its window holds. Throws for one that is not as a sender has
 * to make it.
 */
export function readDeflate(payload: Uint8Array, history: Uint8Array = new Uint8Array()): DeflateContent {
  const bytes = Uint8Array.from([...payload, 0x00, 0x00, 0xff, 0xff]);
  const output = Array.from(history);
  const blocks: number[] = [];
  let longestDistance = 0;
  let position = 0;

  const readBit = () => {
    const byte = bytes[position >> 3];
    if (byte === undefined) throw new Error("The message ends inside a block");
    return (byte >> (position++ & 7)) & 1;
  };
  const readBits = (count: number) => {
    let value = 0;
    for (let at = 0; at < count; at++) value += readBit() << at;
    return value;
  };
  const readSymbol = (codes: ReadonlyMap<string, number>) => {
    for (let code = ""; code.length <= 15;) {
      code += readBit();
      const symbol = codes.get(code);
      if (symbol !== undefined) return symbol;
    }
    throw new Error("No symbol has this code");
  };
  const readTrees = (): [Map<string, number>, Map<string, number>] => {
    const [literals, distances, count] = [readBits(5) + 257, readBits(5) + 1, readBits(4) + 4];
    const lengths = Array.from({ length: 19 }, () => 0);
    for (const symbol of codeLengthOrder.slice(0, count)) lengths[symbol] = readBits(3);
    const codes = createCodes(lengths);
    const all: number[] = [];
    while (all.length < literals + distances) {
      const symbol = readSymbol(codes);
      if (symbol < 16) all.push(symbol);
      else {
        const repeated = symbol === 16 ? all.at(-1)! : 0;
        const times = symbol === 16 ? 3 + readBits(2) : symbol === 17 ? 3 + readBits(3) : 11 + readBits(7);
        for (let at = 0; at < times; at++) all.push(repeated);
      }
    }
    return [createCodes(all.slice(0, literals)), createCodes(all.slice(literals))];
  };
  const readCompressed = (literals: Map<string, number>, distances: Map<string, number>) => {
    for (let symbol; (symbol = readSymbol(literals)) !== 256;) {
      if (symbol < 256) {
        output.push(symbol);
        continue;
      }
      const length = lengthBase[symbol - 257]! + readBits(lengthExtra[symbol - 257]!);
      const distanceSymbol = readSymbol(distances);
      const distance = distanceBase(distanceSymbol) + readBits(Math.max(0, (distanceSymbol >> 1) - 1));
      if (distance > output.length) throw new Error("A distance behind everything");
      longestDistance = Math.max(longestDistance, distance);
      for (let at = 0; at < length; at++) output.push(output[output.length - distance]!);
    }
  };

  while (position < bytes.length * 8) {
    const last = readBit();
    const type = readBits(2);
    blocks.push(type);
    if (type === 0) {
      position = Math.ceil(position / 8) * 8;
      const [length, complement] = [readBits(16), readBits(16)];
      if (length + complement !== 0xffff) throw new Error("A stored block's length is not its complement's");
      for (let at = 0; at < length; at++) output.push(readBits(8));
    } else if (type === 1) readCompressed(fixedCodes, fixedDistances);
    else if (type === 2) readCompressed(...readTrees());
    else throw new Error("There is no such block");
    if (last === 1) position = Math.ceil(position / 8) * 8;
  }
  if (blocks.at(-1) !== 0) throw new Error("The message does not end in a stored block");
  return { output: Uint8Array.from(output.slice(history.length)), longestDistance, blocks };
}
