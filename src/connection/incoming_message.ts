/**
 * A message while it arrives. Knows where its pieces come from, not how.
 *
 * @module
 */

import type { MessageType, PieceEvent } from "../protocol/engine_event.ts";
import { MessageBuffer } from "../protocol/message_buffer.ts";
import { encodeText } from "../protocol/text.ts";
import type { Message } from "./connection_options.ts";

const empty: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * A message of any size, as it arrives. Its body can be taken once, by any one of `body`, `text()`, `bytes()`
 * and `json()`. Of text, the body is UTF-8, judged as it came (RFC 6455 §8.1).
 */
export class IncomingMessage {
  /** Text or binary (RFC 6455 §5.6). */
  readonly type: MessageType;
  /**
   * The bytes as they arrive; a stream of bytes, so that a BYOB reader gets them in memory of its own, and
   * leaves no garbage. Errors with `WebSocketError` where the connection ends before the message does.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;

  readonly #source: () => Promise<PieceEvent>;
  #waiting: PieceEvent | undefined;
  /** The piece that is being waited for, whoever asked first. */
  #next: Promise<PieceEvent> | undefined;
  /** What the reader has not taken of the last piece. */
  #data: Uint8Array<ArrayBuffer> = empty;
  #done = false;
  #skipped = false;

  /** Made by `messages()`: `source` rejects where the connection ends inside the message. */
  constructor(first: PieceEvent, source: () => Promise<PieceEvent>) {
    this.type = first.messageType;
    this.#waiting = first;
    this.#source = source;
    this.body = new ReadableStream({ type: "bytes", pull: (controller) => this.#pull(controller) });
  }

  /**
   * The whole message as bytes. Rejects with `WebSocketError` where the connection ends before it is whole.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const reader = this.body.getReader();
    const buffer = new MessageBuffer();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return buffer.take();
      buffer.append(value);
    }
  }

  /** The whole message as text, a BOM included. Rejects as `bytes()` does. */
  async text(): Promise<string> {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await this.bytes());
  }

  /** The whole message, parsed. Rejects with `SyntaxError` for what is no JSON, and as `bytes()` does. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** Passes over what is left of the message; `messages()` does so when the next one is asked for. */
  async skip(): Promise<void> {
    this.#skipped = true;
    while (!this.#done) await this.#take();
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    while (this.#data.length === 0 && !this.#done) this.#data = (await this.#take()).data;
    if (this.#skipped) throw new TypeError("Cannot read: the message was passed over");
    const request = controller.byobRequest;
    const data = this.#data;
    if (request === null) {
      // The piece itself, for a reader that brings no memory.
      if (data.length > 0) controller.enqueue(data);
      this.#data = empty;
    } else if (data.length > 0) {
      // As much of the piece as goes into the reader's memory;
      // its own is freed at once, where the runtime can.
      const view = request.view!;
      const count = Math.min(view.byteLength, data.length);
      new Uint8Array(view.buffer, view.byteOffset).set(data.subarray(0, count));
      this.#data = data.subarray(count);
      if (count === data.length) {
        this.#data = empty;
        data.buffer.transfer?.(0);
      }
      request.respond(count);
    }
    if (this.#data.length > 0 || !this.#done) return;
    controller.close();
    // A reader whose memory is still empty is told that it stays so.
    controller.byobRequest?.respond(0);
  }

  #take(): Promise<PieceEvent> {
    return this.#next ??= this.#takeNext();
  }

  async #takeNext(): Promise<PieceEvent> {
    const piece = await (this.#waiting ?? this.#source());
    this.#waiting = this.#next = undefined;
    this.#done = piece.fin;
    return piece;
  }
}

/**
 * Messages out of pieces, and of whole ones among them. `createError` tells why no more
 * pieces come where some should.
 */
export async function* readMessages(
  next: () => Promise<Message | PieceEvent | undefined>,
  createError: () => Promise<Error>,
): AsyncGenerator<IncomingMessage, undefined> {
  const source = async () => {
    const piece = await next();
    if (piece === undefined) throw await createError();
    // Whole ones come before the first piece.
    return piece as PieceEvent;
  };
  for (let item = await next(); item !== undefined; item = await next()) {
    const piece = toPiece(item);
    // The rest of a message that another loop has left.
    if (!piece.first) continue;
    const message = new IncomingMessage(piece, source);
    yield message;
    // The end of the connection ends the iteration below.
    await message.skip().catch(() => {});
  }
}

/** A message that arrived before anybody wanted it in pieces, as one piece. */
function toPiece(item: Message | PieceEvent): PieceEvent {
  if (typeof item !== "string" && !(item instanceof Uint8Array)) return item;
  const [messageType, data] = typeof item === "string"
    ? ["text", encodeText(item)] as const
    : ["binary", item] as const;
  return { type: "piece", messageType, data, first: true, fin: true };
}
