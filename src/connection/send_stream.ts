/**
 * Bodies of any length into the pieces of one message. Knows streams and text, not frames.
 *
 * @module
 */

import type { MessageType } from "../protocol/engine_event.ts";
import { encodeText } from "../protocol/text.ts";
import { Utf8Validator } from "../protocol/utf8_validator.ts";
import { type ByteSource, toBytes } from "./bytes.ts";

/** What a message can be streamed from: pieces of text or bytes. */
export type MessageBody =
  | ReadableStream<string | ByteSource>
  | AsyncIterable<string | ByteSource>
  | Iterable<string | ByteSource>;

/** The iterator of a body; its `return()` cancels. Throws `TypeError` for what is no body. */
export function iterateBody(body: MessageBody): AsyncIterator<unknown> | Iterator<unknown> {
  const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown>> | undefined;
  if (typeof iterable !== "object" || iterable === null || toBytes(iterable) !== undefined) {
    throw new TypeError("Cannot send: the body is no stream");
  }
  if (body instanceof ReadableStream) return readStream(body);
  if (typeof iterable[Symbol.asyncIterator] === "function") return iterable[Symbol.asyncIterator]!();
  if (typeof iterable[Symbol.iterator] === "function") return iterable[Symbol.iterator]!();
  throw new TypeError("Cannot send: the body is no stream");
}

/** A stream's pieces. Unlike its own iterator, this one can be cancelled while it waits for a piece. */
function readStream(stream: ReadableStream<unknown>): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      if (!done) return { done, value };
      reader.releaseLock();
      return { done, value: undefined };
    },
    return: async () => {
      const cancelled = reader.cancel();
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

/** Turns what a body yields into bytes; text is made, or checked to be, UTF-8 across the cuts. */
export class PieceEncoder {
  readonly #type: MessageType;
  readonly #utf8 = new Utf8Validator();
  /** The first half of a surrogate pair that a piece ended in. */
  #half = "";

  constructor(type: MessageType) {
    this.#type = type;
  }

  /** The bytes of the next piece. Throws `TypeError` for what cannot be part of such a message. */
  encode(piece: unknown): Uint8Array {
    if (typeof piece !== "string") {
      const bytes = toBytes(piece);
      if (bytes === undefined) throw new TypeError("Cannot send: a piece is neither text nor bytes");
      const head = this.#takeHalf();
      const whole = head === "" ? bytes : concat(encodeText(head), bytes);
      return this.#check(whole);
    }
    if (this.#type === "binary") throw new TypeError("Cannot send: a piece of text in a binary message");
    const text = this.#takeHalf() + piece;
    const last = text.charCodeAt(text.length - 1);
    if (last < 0xd800 || last > 0xdbff) return this.#check(encodeText(text));
    this.#half = text.slice(-1);
    return this.#check(encodeText(text.slice(0, -1)));
  }

  /** The bytes that end the message. Throws `TypeError` where text ends inside a code point. */
  finish(): Uint8Array {
    const bytes = this.#check(encodeText(this.#takeHalf()));
    if (!this.#utf8.complete) throw new TypeError("Cannot send: the text is no UTF-8");
    return bytes;
  }

  #takeHalf(): string {
    const half = this.#half;
    this.#half = "";
    return half;
  }

  #check(bytes: Uint8Array): Uint8Array {
    // §5.6 "The "Payload data" is text data encoded as UTF-8"
    if (this.#type === "text" && !this.#utf8.push(bytes)) {
      throw new TypeError("Cannot send: the text is no UTF-8");
    }
    return bytes;
  }
}

/** What pieces go to. */
export interface PieceSink {
  /** Sends a piece; `fin` ends the message. Resolves when there is room for the next one. */
  send(bytes: Uint8Array, fin: boolean): Promise<void>;
  /** Waits as long as the connection is open, and rejects when it is not. */
  wait<Value>(promise: PromiseLike<Value> | Value): Promise<Value>;
  /** The message cannot be finished. */
  fail(error: unknown): unknown;
}

/** Sends one message piece by piece; cancels the body where the message cannot go on. */
export async function sendPieces(
  type: MessageType,
  pieces: AsyncIterator<unknown> | Iterator<unknown>,
  sink: PieceSink,
): Promise<void> {
  const encoder = new PieceEncoder(type);
  let done = false;
  try {
    while (!done) {
      const result = await sink.wait(pieces.next());
      done = result.done === true;
      await sink.send(done ? encoder.finish() : encoder.encode(result.value), done);
    }
  } catch (error) {
    sink.fail(error);
    if (!done) cancel(pieces);
    throw error;
  }
}

/** Tells a body that no more is wanted, which may take as long as it likes and fail as it likes. */
function cancel(pieces: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(pieces.return?.(undefined)).catch(() => {});
  } catch {
    // The error that led here is the one to be told.
  }
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
