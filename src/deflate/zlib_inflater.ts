/**
 * Inflates with the zlib that the runtime has. What comes whole and is as it should be needs no state of
 * its own: one stream serves all connections, and is given the window before each message. All else, and
 * every doubt, is left to pako.
 *
 * @module
 */

import { createInflateRaw } from "node:zlib";
import { ProtocolError } from "../protocol/protocol_error.ts";
import type { DeflateSettings, Inflater } from "./deflate_codec.ts";
import { flushTail } from "./flush.ts";
import { Fuse } from "./fuse.ts";
import { History } from "./history.ts";
import { joinBytes } from "./join_bytes.ts";
import { PakoInflater } from "./pako_inflater.ts";
import { ZlibStream } from "./zlib_stream.ts";

/**
 * The largest window. zlib sees a distance beyond a smaller one only now and then;
 * beyond this one there is none.
 */
const windowBits = 15;

/** The most bytes that are inflated in one step. */
const step = 65536;
const scratch = new Uint8Array(step);

/** Of a stored block (RFC 1951 §3.2.4): three bits, a length, its complement. */
const storedHeaderSize = 5;
/** A stored block with a window. */
const stored = new Uint8Array(storedHeaderSize + (1 << windowBits));

/**
 * What is not sent, an empty last block (RFC 1951 §3.2.6), and a byte behind the end, which has to be left.
 */
const ending = Uint8Array.of(...flushTail, 0x03, 0x00, 0x00);

/** The stream, when it is not in use. */
let idle: ZlibStream | undefined;

/** Inflates the messages of one connection whose window has 15 bits. */
export class ZlibInflater implements Inflater {
  readonly #takeover: boolean;
  readonly #history = new History(windowBits);
  readonly #pieces: PakoInflater;
  readonly #fuse = new Fuse();
  #inMessage = false;

  constructor(takeover: boolean) {
    this.#takeover = takeover;
    const settings: DeflateSettings = { windowBits, takeover };
    this.#pieces = new PakoInflater(settings, this.#history);
  }

  inflate(piece: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    return this.#fuse.run(() => {
      if (fin && !this.#inMessage) {
        const message = inflateMessage(piece, this.#history, limit);
        if (message !== undefined) {
          if (this.#takeover) {
            this.#history.push(message);
            this.#pieces.forget();
          }
          return message;
        }
      }
      this.#inMessage = !fin;
      return this.#pieces.inflate(piece, fin, limit);
    });
  }

  close(): void {
    this.#pieces.close();
  }
}

/** A message that is as it should be, `undefined` for any other. Throws for one that is too big. */
function inflateMessage(
  payload: Uint8Array,
  history: History,
  limit: number,
): Uint8Array<ArrayBuffer> | undefined {
  const stream = idle ?? new ZlibStream(createInflateRaw({ windowBits }));
  idle = undefined;
  let message: Uint8Array<ArrayBuffer> | undefined;
  try {
    return message = readMessage(stream, payload, history, limit);
  } finally {
    if (message === undefined) stream.close();
    else idle = stream;
  }
}

function readMessage(
  stream: ZlibStream,
  payload: Uint8Array,
  history: History,
  limit: number,
): Uint8Array<ArrayBuffer> | undefined {
  stream.reset();
  if (history.length > 0) {
    const { length } = history;
    stored.set([0, length, length >>> 8, ~length, ~length >>> 8]);
    history.copyTo(stored, storedHeaderSize);
    const size = storedHeaderSize + length;
    stream.write(stored.subarray(0, size), size, scratch, step);
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let unread = payload.length;
  let room: number;
  do {
    room = Math.min(step, limit + 1);
    if (!stream.write(payload, unread, scratch, room)) return undefined;
    unread = stream.unread;
    limit -= stream.written;
    if (limit < 0) throw new ProtocolError(1009, "message too big");
    chunks.push(scratch.slice(0, stream.written));
  } while (stream.written === room);
  // A last block further up is somebody else's work; without one here, the message has not ended.
  const isRead = stream.write(ending, ending.length, scratch, step);
  return isRead && stream.written === 0 && stream.unread === 1 ? joinBytes(chunks) : undefined;
}
