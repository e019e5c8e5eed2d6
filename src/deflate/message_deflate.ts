/**
 * The compression of one connection: which messages are compressed (RFC 7692 §6), and a codec's two halves,
 * made when there is work for them.
 *
 * @module
 */

import type { MessageCodec } from "../protocol/extension.ts";
import type { Deflater, DeflateSettings, Inflater } from "./deflate_codec.ts";
import type { CheckedOptions } from "./deflate_options.ts";
import { Fuse } from "./fuse.ts";

/** Compresses what is sent and inflates what is received. */
export class MessageDeflate implements MessageCodec {
  readonly #send: DeflateSettings;
  readonly #receive: DeflateSettings;
  readonly #options: CheckedOptions;
  #deflater: Deflater | undefined;
  #inflater: Inflater | undefined;
  // Behind a failure, the peer's window would not be ours.
  readonly #sending = new Fuse();
  readonly #receiving = new Fuse();

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
    return this.#sending.run(() => this.#openDeflater().deflate(payload, fin));
  }

  get sharedKey(): string {
    // Of all that was agreed, a message by itself need only keep to the window.
    return `permessage-deflate ${this.#send.windowBits}`;
  }

  encodeShared(payload: Uint8Array): Uint8Array {
    const deflater = this.#createDeflater({ windowBits: this.#send.windowBits, takeover: false });
    try {
      return deflater.deflate(payload, true);
    } finally {
      deflater.close();
    }
  }

  noteShared(payload: Uint8Array): void {
    if (this.#send.takeover) this.#sending.run(() => this.#openDeflater().note(payload));
  }

  decode(payload: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer> {
    return this.#receiving.run(() => {
      this.#inflater ??= this.#options.codec.createInflater(this.#receive);
      return this.#inflater.inflate(payload, fin, limit);
    });
  }

  close(): void {
    this.#deflater?.close();
    this.#inflater?.close();
    this.#deflater = this.#inflater = undefined;
  }

  #openDeflater(): Deflater {
    return this.#deflater ??= this.#createDeflater(this.#send);
  }

  #createDeflater(settings: DeflateSettings): Deflater {
    const { codec, level, memLevel } = this.#options;
    return codec.createDeflater({ ...settings, level, memLevel });
  }
}
