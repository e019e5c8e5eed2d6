/**
 * Inflates with pako, and has the rules for what a peer sends: the limit, the window, where a message may end
 * (RFC 7692 §7.2.2). A state between two messages can be made out of the window again.
 *
 * @module
 */

import {
  Z_BUF_ERROR,
  Z_OK,
  Z_STREAM_END,
  Z_SYNC_FLUSH,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateSetDictionary,
  ZStream,
} from "pako";
import { ProtocolError } from "../protocol/protocol_error.ts";
import type { DeflateSettings, Inflater } from "./deflate_codec.ts";
import { flushTail } from "./flush.ts";
import { Fuse } from "./fuse.ts";
import { History } from "./history.ts";
import { joinBytes } from "./join_bytes.ts";
import { type Owner, WarmStates } from "./warm_states.ts";

/** The most bytes that are inflated in one step. */
const step = 65536;
const scratch = /* @__PURE__ */ new Uint8Array(step);

/** Of what a state takes, about, besides its window, in bytes. */
const codeTables = 8192;

const empty = /* @__PURE__ */ new Uint8Array(0);
// Two MiB; a calculated number would not be left out of a bundle.
const warm = /* @__PURE__ */ new WarmStates<ZStream>(2_097_152, () => {});

/** zlib's `data_type` on the boundary of two blocks, with no bit left over. */
const betweenBlocks = 128;

/** What is used of pako's inside. */
interface InflateState {
  /** What is read next. */
  mode: number;
  /** Whether the current block is the last one. */
  last: number;
  /** The longest distance allowed. */
  dmax: number;
}

/** Inflates the messages of one connection. */
export class PakoInflater implements Inflater, Owner {
  readonly stateSize: number;
  lastUse = 0;
  readonly #settings: DeflateSettings;
  readonly #history: History;
  readonly #fuse = new Fuse();
  /** The state, inside a message. */
  #stream: ZStream | undefined;
  /** pako's word for the beginning. */
  #beginning = 0;
  /** Whether a block that says it is the last one has just ended. */
  #final = false;

  /** `history` is shared with another inflater of the same connection. */
  constructor(settings: DeflateSettings, history: History = new History(settings.windowBits)) {
    this.#settings = settings;
    this.#history = history;
    this.stateSize = (1 << settings.windowBits) + codeTables;
  }

  inflate(piece: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    return this.#fuse.run(() => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      if (piece.length > 0) limit = this.#run(piece, limit, chunks);
      if (fin && this.#stream !== undefined) this.#end(limit, chunks);
      const inflated = joinBytes(chunks);
      if (this.#settings.takeover) this.#history.push(inflated);
      return inflated;
    });
  }

  close(): void {
    this.forget();
    this.#stream = undefined;
    this.#history.clear();
  }

  /** Goes by the shared history alone, which another inflater has added to. */
  forget(): void {
    warm.take(this);
  }

  #open(): ZStream {
    const kept = warm.take(this);
    if (kept !== undefined) return kept;
    const stream = new ZStream();
    zlibInflateInit2(stream, -this.#settings.windowBits);
    const state: InflateState = stream.state;
    // §7.1.2 a distance beyond the window, even where memory still has it
    state.dmax = 1 << this.#settings.windowBits;
    this.#beginning = state.mode;
    if (this.#history.length > 0) zlibInflateSetDictionary(stream, this.#history.read());
    return stream;
  }

  /** Inflates `input` into chunks, and returns what is left of the limit. */
  #run(input: Uint8Array, limit: number, chunks: Uint8Array<ArrayBuffer>[]): number {
    const stream = this.#stream ??= this.#open();
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    this.#final = false;
    do {
      stream.output = scratch;
      stream.next_out = 0;
      stream.avail_out = Math.min(step, limit + 1);
      const status = zlibInflate(stream, Z_SYNC_FLUSH);
      limit -= stream.next_out;
      if (limit < 0) throw new ProtocolError(1009, "message too big");
      if (stream.next_out > 0) chunks.push(new Uint8Array(scratch.subarray(0, stream.next_out)));
      if (status === Z_STREAM_END) this.#restart(stream);
      else if (status !== Z_OK && status !== Z_BUF_ERROR) {
        throw new ProtocolError(1007, "message is no DEFLATE");
      }
    } while (stream.avail_in > 0 || stream.avail_out === 0);
    return limit;
  }

  /** §7.2.3.4 more blocks may follow a block with BFINAL; the window lives on. */
  #restart(stream: ZStream): void {
    const state: InflateState = stream.state;
    state.mode = this.#beginning;
    state.last = 0;
    this.#final = stream.avail_in === 0;
  }

  #end(limit: number, chunks: Uint8Array<ArrayBuffer>[]): void {
    // §7.2.2 "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload"
    if (!this.#final) {
      this.#run(flushTail, limit, chunks);
      if (this.#stream!.data_type !== betweenBlocks) {
        throw new ProtocolError(1007, "message ends inside DEFLATE");
      }
    }
    if (this.#settings.takeover) {
      this.#stream!.input = empty;
      warm.keep(this, this.#stream!);
    }
    this.#stream = undefined;
  }
}
