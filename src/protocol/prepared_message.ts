/**
 * A message to many connections: what is done to it once for all of them. Knows neither connections nor what
 * codecs do.
 *
 * @module
 */

import { EncodedMessage } from "./encoded_message.ts";
import type { MessageCodec } from "./extension.ts";
import * as Opcode from "./opcode.ts";
import { encodeText } from "./text.ts";

/**
 * A message that `send()` of any number of connections takes, and that is encoded and compressed once for all
 * of them. Made by `prepareMessage()`.
 */
export class PreparedMessage {
  /** The message: a string is text, bytes are binary (RFC 6455 §5.6). They must not change. */
  readonly data: string | Uint8Array;
  #bytes: Uint8Array | undefined;
  #plain: EncodedMessage | undefined;
  readonly #encoded = new Map<string, EncodedMessage>();

  /** Takes text, or bytes as they are. */
  constructor(data: string | Uint8Array) {
    this.data = data;
  }

  /** The payload, not compressed: of text, its UTF-8. */
  get bytes(): Uint8Array {
    return this.#bytes ??= typeof this.data === "string" ? encodeText(this.data) : this.data;
  }

  /**
   * What it becomes for a connection with this codec, or without one; the codec takes note. `undefined` where
   * each connection has to encode for itself. Throws what the codec throws.
   */
  encodeFor(codec: MessageCodec | undefined): EncodedMessage | undefined {
    if (codec === undefined) return this.#plain ??= this.#create(this.bytes, false);
    const key = codec.sharedKey;
    if (key === undefined) return undefined;
    let encoded = this.#encoded.get(key);
    if (encoded === undefined) {
      this.#encoded.set(key, encoded = this.#create(codec.encodeShared!(this.bytes), true));
    }
    codec.noteShared!(this.bytes);
    return encoded;
  }

  #create(payload: Uint8Array, rsv1: boolean): EncodedMessage {
    return new EncodedMessage(payload, typeof this.data === "string" ? Opcode.Text : Opcode.Binary, rsv1);
  }
}

/** Whether this is one. Knows it by its shape, so that who never prepares a message need not load how. */
export function isPrepared(message: unknown): message is PreparedMessage {
  return typeof message === "object" && !(message instanceof Uint8Array) && message !== null &&
    "encodeFor" in message;
}
