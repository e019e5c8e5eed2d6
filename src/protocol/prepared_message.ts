/**
 * A message to many connections: what is done to it once for all of them. Knows neither connections nor what
 * codecs do.
 *
 * @module
 */

import { encodeText } from "./text.ts";

/**
 * A message that `send()` of any number of connections takes, and that is encoded and compressed once for all
 * of them. Made by `prepareMessage()`.
 */
export class PreparedMessage {
  /** The message: a string is text, bytes are binary (RFC 6455 §5.6). They must not change. */
  readonly data: string | Uint8Array;
  #bytes: Uint8Array | undefined;
  readonly #encoded = new Map<string, Uint8Array>();

  /** Takes text, or bytes as they are. */
  constructor(data: string | Uint8Array) {
    this.data = data;
  }

  /** The payload, not compressed: of text, its UTF-8. */
  get bytes(): Uint8Array {
    return this.#bytes ??= typeof this.data === "string" ? encodeText(this.data) : this.data;
  }

  /** What `encode` makes of the payload, by the first of all codecs that have the same key. */
  encodedAs(key: string, encode: (payload: Uint8Array) => Uint8Array): Uint8Array {
    let encoded = this.#encoded.get(key);
    if (encoded === undefined) this.#encoded.set(key, encoded = encode(this.bytes));
    return encoded;
  }
}

/** Whether this is one. Knows it by its shape, so that who never prepares a message need not load how. */
export function isPrepared(message: unknown): message is PreparedMessage {
  return typeof message === "object" && !(message instanceof Uint8Array) && message !== null &&
    "encodedAs" in message;
}
