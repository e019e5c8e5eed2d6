/**
 * The compression of one connection: which messages are compressed (RFC 7692 §6), and a codec's two halves, made when
 * there is work for them.
 *
 * @module
 */

import type { MessageCodec } from "../protocol/extension.ts";
import type { Deflater, DeflateSettings, Inflater } from "./deflate_codec.ts";
import type { CheckedOptions } from "./deflate_options.ts";

/** Compresses what is sent and inflates what is received. */
export class MessageDeflate implements MessageCodec {
  readonly #send: DeflateSettings;
  readonly #receive: DeflateSettings;
  readonly #options: CheckedOptions;
  #deflater: Deflater | undefined;
  #inflater: Inflater | undefined;
  /** What inflating failed with: nothing can be inflated behind it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(send: DeflateSettings, receive: DeflateSettings, options: CheckedOptions) {
    this.#send = send;
    this.#receive = receive;
    this.#options = options;
  }

  encodes(length: number | undefined, compress: boolean | undefined): boolean {
    const { compress: usually, threshold } = this.#options;
    return compress ?? (usually && (length === undefined || length >= threshold));
  }

  encode(payload: Uint8Array, fin: boolean): Uint8Array {
    const { codec, level, memLevel } = this.#options;
    this.#deflater ??= codec.createDeflater({ ...this.#send, level, memLevel });
    return this.#deflater.deflate(payload, fin);
  }

  decode(payload: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      this.#inflater ??= this.#options.codec.createInflater(this.#receive);
      return this.#inflater.inflate(payload, fin, limit);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  close(): void {
    this.#deflater?.close();
    this.#inflater?.close();
    this.#deflater = this.#inflater = undefined;
  }
}
