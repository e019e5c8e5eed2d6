/**
 * A transport whose peer follows a script. Knows bytes only.
 *
 * @module
 */

import type { ByteStreamPair } from "../connection/byte_transport.ts";
import { type Clock, systemClock } from "../connection/clock.ts";
import { checkNumber } from "../protocol/engine_options.ts";
import type { LinkOptions } from "./link.ts";
import { createTransportPair } from "./transport_pair.ts";

/** What the peer does next. Text is sent as UTF-8. */
export type ScriptStep =
  /** Sends bytes. */
  | Uint8Array
  | string
  /** Waits so many milliseconds. */
  | { readonly wait: number }
  /** Waits until so many bytes, or these, were written to it. */
  | { readonly until: number | Uint8Array | string }
  /** Ends its writing side, or breaks off with a reason. */
  | { readonly end: true }
  | { readonly fail: unknown };

/** A transport for what is tested, and for the test what its peer sees and does. */
export interface ScriptedTransport extends ByteStreamPair {
  /** All that was written so far, joined. */
  readonly written: Uint8Array;
  /** The same in chunks, one a write unless `outgoing` says otherwise. */
  readonly writes: readonly Uint8Array[];
  /** Resolves when the writing side has ended, and with the reason when it was aborted. Never rejects. */
  readonly ended: Promise<unknown>;
  /** Adds steps to the script. Resolves when they have been played; rejects where they could not be. */
  play(...steps: ScriptStep[]): Promise<void>;
  /** Resolves when so many bytes, or these, were written. Rejects when the writing side ends without. */
  until(bytes: number | Uint8Array | string): Promise<void>;
}

/**
 * Creates a transport whose peer plays `steps` and keeps all that is written to it. Behind the last step it
 * is silent: the transport ends where the script says so. Throws `TypeError` or `RangeError` for steps and
 * options that mean nothing.
 *
 * @param incoming What happens to the bytes of the script.
 * @param outgoing What happens to those that are written.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createScriptedTransport } from "@weft/websocket/testing";
 *
 * const transport = createScriptedTransport([{ until: "ping" }, "pong", { end: true }], { chunkSizes: 1 });
 * const writer = transport.writable.getWriter();
 * await writer.write(new TextEncoder().encode("ping"));
 * assertEquals(await new Response(transport.readable).text(), "pong");
 * assertEquals(transport.written, new TextEncoder().encode("ping"));
 * ```
 */
export function createScriptedTransport(
  steps: Iterable<ScriptStep> = [],
  incoming: LinkOptions = {},
  outgoing: LinkOptions = {},
): ScriptedTransport {
  const [transport, peer] = createTransportPair(outgoing, incoming);
  const script = [...steps];
  script.forEach(checkStep);
  const scripted = new ScriptedPeer(transport, peer, incoming.clock ?? systemClock);
  void scripted.play(...script);
  return scripted;
}

function checkStep(step: ScriptStep): void {
  if (typeof step === "string" || step instanceof Uint8Array) return;
  const fields: Record<string, unknown> = Object(step);
  if ("wait" in fields) checkNumber("wait", fields["wait"] ?? null, 0);
  else if ("until" in fields) checkUntil(fields["until"]);
  else if (!("fail" in fields) && fields["end"] !== true) {
    throw new TypeError("Cannot play: no step of a script");
  }
}

function checkUntil(bytes: unknown): void {
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) checkNumber("until", bytes ?? null, 0);
}

class ScriptedPeer implements ScriptedTransport {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly writes: Uint8Array[] = [];
  readonly ended: Promise<unknown>;

  readonly #clock: Clock;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #script: Promise<void> = Promise.resolve();
  #hasEnded = false;
  #wake: (() => void)[] = [];

  constructor(transport: ByteStreamPair, peer: ByteStreamPair, clock: Clock) {
    this.readable = transport.readable;
    this.writable = transport.writable;
    this.#clock = clock;
    this.#writer = peer.writable.getWriter();
    this.#writer.closed.catch(() => {});
    this.ended = this.#record(peer.readable.getReader());
  }

  get written(): Uint8Array {
    return joinBytes(this.writes);
  }

  play(...steps: ScriptStep[]): Promise<void> {
    const played = this.#script.then(async () => {
      steps.forEach(checkStep);
      for (const step of steps) await this.#play(step);
    });
    // The next steps are told the same; whoever does not wait for them, does not want to know.
    this.#script = played;
    played.catch(() => {});
    return played;
  }

  async until(bytes: number | Uint8Array | string): Promise<void> {
    checkUntil(bytes);
    const wanted = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    while (!isThere(this.written, wanted)) {
      if (this.#hasEnded) throw new Error("Cannot wait for more: the writing side has ended");
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  async #play(step: ScriptStep): Promise<void> {
    if (typeof step === "string") await this.#writer.write(new TextEncoder().encode(step));
    else if (step instanceof Uint8Array) await this.#writer.write(step);
    else if ("wait" in step) await new Promise<void>((resolve) => void this.#clock.after(step.wait, resolve));
    else if ("until" in step) await this.until(step.until);
    else if ("fail" in step) await this.#writer.abort(step.fail);
    else await this.#writer.close();
  }

  async #record(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<unknown> {
    try {
      for (let result; !(result = await reader.read()).done;) {
        this.writes.push(result.value);
        this.#changed();
      }
      return undefined;
    } catch (reason) {
      return reason;
    } finally {
      this.#hasEnded = true;
      this.#changed();
    }
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

function isThere(written: Uint8Array, wanted: number | Uint8Array): boolean {
  if (typeof wanted === "number") return written.length >= wanted;
  for (let start = 0; start + wanted.length <= written.length; start++) {
    if (wanted.every((byte, index) => written[start + index] === byte)) return true;
  }
  return false;
}
