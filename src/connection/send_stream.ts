/**
 * Bodies of any length into the pieces of one message. Knows streams and text, not frames.
 *
 * @module
 */

import type { MessageType } from "../protocol/engine_event.ts";
import { encodeText } from "../protocol/text.ts";
import { Utf8Validator } from "../protocol/utf8_validator.ts";
import { type ByteSource, toBytes } from "./bytes.ts";

/** What a message can be streamed from: pieces of text or bytes. A string alone is none: put it in a list. */
export type MessageBody =
  | ReadableStream<string | ByteSource>
  | AsyncIterable<string | ByteSource>
  | (Iterable<string | ByteSource> & object);

/** The iterator of a body; its `return()` cancels. Throws `TypeError` for what is no body. */
export function iterateBody(body: MessageBody): AsyncIterator<unknown> | Iterator<unknown> {
  if (body instanceof ReadableStream) return readStream(body);
  const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown>> | undefined;
  const begin: (() => AsyncIterator<unknown> | Iterator<unknown>) | undefined =
    iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
  if (typeof begin !== "function" || typeof iterable !== "object" || toBytes(iterable) !== undefined) {
    throw new TypeError("Cannot send: the body is no stream");
  }
  return begin.call(iterable);
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

/** What pieces go to. */
export interface PieceSink {
  /** Sends a piece; `fin` ends the message. Resolves when there is room for the next one. */
  send(bytes: Uint8Array, fin: boolean): Promise<void>;
  /** Waits as long as the connection is open, and rejects when it is not. */
  wait<Value>(promise: PromiseLike<Value> | Value): Promise<Value>;
  /** The message cannot be finished. */
  fail(error: unknown): unknown;
}

/**
 * Sends one message piece by piece; cancels the body where the message cannot go on. Text is made, or
 * checked to be, UTF-8 across the cuts: rejects with `TypeError` where it is none, and for a piece that
 * cannot be part of such a message.
 */
export async function sendPieces(
  type: MessageType,
  pieces: AsyncIterator<unknown> | Iterator<unknown>,
  sink: PieceSink,
): Promise<void> {
  const utf8 = new Utf8Validator();
  /** The first half of a surrogate pair that a piece ended in. */
  let half = "";
  const sendBytes = (bytes: Uint8Array | undefined, fin: boolean) => {
    if (bytes === undefined) throw new TypeError("Cannot send: a piece is neither text nor bytes");
    // §5.6 "The "Payload data" is text data encoded as UTF-8"
    if (type === "text" && (!utf8.push(bytes) || (fin && !utf8.complete))) {
      throw new TypeError("Cannot send: the text is no UTF-8");
    }
    return sink.send(bytes, fin);
  };
  const sendText = (text: string, fin: boolean, whole = fin) => {
    const last = text.charCodeAt(text.length - 1);
    half = !whole && last >= 0xd800 && last <= 0xdbff ? text.slice(-1) : "";
    return sendBytes(encodeText(text.slice(0, text.length - half.length)), fin);
  };
  let done = false;
  try {
    while (!done) {
      const result = await sink.wait(pieces.next());
      done = result.done === true;
      const piece = done ? "" : result.value;
      if (typeof piece === "string") {
        if (type === "binary" && !done) {
          throw new TypeError("Cannot send: a piece of text in a binary message");
        }
        await sendText(half + piece, done);
      } else {
        if (half !== "") await sendText(half, false, true);
        await sendBytes(toBytes(piece), false);
      }
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
