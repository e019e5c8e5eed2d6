/**
 * Frames as they stand on the wire (RFC 6455 §5.2), for a judge who must be able to write every wrong one: an
 * encoder and a reader that know no rule. Shares nothing with the engine.
 *
 * @module
 */

/** The opcodes of RFC 6455 §5.2. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame to send. */
export interface Frame {
  /** Four bits. */
  readonly opcode: number;
  /** Unmasked. */
  readonly payload: Uint8Array;
  /** Whether it is the last of its message. Default true. */
  readonly fin?: boolean;
  /** The three reserved bits as a number; RSV1 is 4. Default 0. */
  readonly rsv?: number;
  /** The length that the header tells, where more payload is to follow as `RawBytes`. */
  readonly announced?: number;
}

/** A frame that was read, and how it was written. */
export interface ReadFrame {
  readonly opcode: number;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  /** Whether the length took as few bytes as it could. */
  readonly minimal: boolean;
}

function applyKey(bytes: Uint8Array, key: Uint8Array): void {
  for (let index = 0; index < bytes.length; index++) bytes[index]! ^= key[index & 3]!;
}

const chance = new Uint8Array(4096);
let chanceUsed = chance.length;

/** A random key. To ask for four bytes takes as long as for a thousand. */
function createKey(): Uint8Array {
  if (chanceUsed === chance.length) {
    crypto.getRandomValues(chance);
    chanceUsed = 0;
  }
  return chance.subarray(chanceUsed, chanceUsed += 4);
}

/**
 * Encodes a frame; masked with a random key, or with one of zeros where the payload is to follow unencoded.
 */
export function encodeFrame(frame: Frame, masked: boolean): Uint8Array<ArrayBuffer> {
  const { opcode, payload, fin = true, rsv = 0, announced = payload.length } = frame;
  const extension = announced < 126 ? 0 : announced < 65536 ? 2 : 8;
  const start = 2 + extension + (masked ? 4 : 0);
  const bytes = new Uint8Array(start + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = (fin ? 0x80 : 0) | rsv << 4 | opcode;
  bytes[1] = (masked ? 0x80 : 0) | (extension === 0 ? announced : extension === 2 ? 126 : 127);
  if (extension === 2) view.setUint16(2, announced);
  if (extension === 8) view.setBigUint64(2, BigInt(announced));
  bytes.set(payload, start);
  if (masked && frame.announced === undefined) {
    const key = createKey();
    bytes.set(key, start - 4);
    applyKey(bytes.subarray(start), key);
  }
  return bytes;
}

/** One piece of many. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

/** Pieces of at most `size` bytes; a single one where `size` is 0. */
export function cutBytes(bytes: Uint8Array, size: number): Uint8Array[] {
  if (size === 0 || bytes.length === 0) return [bytes];
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    pieces.push(bytes.subarray(offset, offset + size));
  }
  return pieces;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  readonly #header = new Uint8Array(14);
  #headerLength = 0;
  #frame:
    | Omit<ReadFrame, "payload"> & { readonly key: Uint8Array; readonly payload: Uint8Array<ArrayBuffer> }
    | undefined;
  #filled = 0;

  /** Whether a frame has begun and not ended. */
  get isAmidFrame(): boolean {
    return this.#headerLength > 0;
  }

  /**
   * The frames that end in this chunk, one by one. Throws `RangeError` for a length
   * that no judge would wait for.
   */
  *push(chunk: Uint8Array): Generator<ReadFrame> {
    for (let offset = 0; offset < chunk.length;) {
      if (this.#frame === undefined) {
        this.#header[this.#headerLength++] = chunk[offset++]!;
        this.#readHeader();
      } else {
        const { payload } = this.#frame;
        const piece = chunk.subarray(offset, offset + payload.length - this.#filled);
        payload.set(piece, this.#filled);
        this.#filled += piece.length;
        offset += piece.length;
      }
      if (this.#frame === undefined || this.#filled < this.#frame.payload.length) continue;
      const { key, ...frame } = this.#frame;
      if (frame.masked) applyKey(frame.payload, key);
      this.#frame = undefined;
      this.#headerLength = 0;
      yield frame;
    }
  }

  #readHeader(): void {
    const header = this.#header;
    if (this.#headerLength < 2) return;
    const masked = header[1]! >= 0x80;
    const short = header[1]! & 0x7f;
    const extension = short < 126 ? 0 : short === 126 ? 2 : 8;
    const start = 2 + extension;
    if (this.#headerLength < start + (masked ? 4 : 0)) return;
    const view = new DataView(header.buffer);
    const length = extension === 0
      ? short
      : extension === 2
      ? view.getUint16(2)
      : Number(view.getBigUint64(2));
    if (length > 2 ** 26) throw new RangeError(`sent a frame of ${length} bytes`);
    this.#filled = 0;
    this.#frame = {
      fin: header[0]! >= 0x80,
      rsv: header[0]! >> 4 & 7,
      opcode: header[0]! & 15,
      masked,
      minimal: extension === 0 || length >= (extension === 2 ? 126 : 65536),
      key: header.slice(start, start + 4),
      payload: new Uint8Array(length),
    };
  }
}
