/**
 * A small echo endpoint, right but for one fault that is planted in it: what the catalogue must catch. It sees text
 * only when a frame is complete, so it fails late where a frame comes in pieces.
 *
 * @module
 */

import {
  type Agreement,
  answerOffers,
  readAnswer,
  writeOffers,
} from "../../src/testing/conformance/agreement.ts";
import type { Compression, Deflation, Inflation } from "../../src/testing/conformance/compression.ts";
import type { Fault } from "./faults.ts";
import {
  cutBytes,
  encodeFrame,
  FrameReader,
  joinBytes,
  opcodes,
  type ReadFrame,
} from "../../src/testing/conformance/frame.ts";
import { answerUpgrade, readHead, requestUpgrade } from "../../src/testing/conformance/handshake.ts";
import type { Endpoint } from "./in_memory.ts";
import { Link } from "../../src/testing/conformance/link.ts";
import { pakoCodec } from "../../src/testing/conformance/pako_codec.ts";

const request = { noContextTakeover: false, maxWindowBits: 0 };

/** A server with a fault, or with none. */
export function createFaultyServer(fault?: Fault): Endpoint {
  return async (streams) => {
    const link = new Link(streams);
    const head = await readHead(link);
    const offers = fault === "agrees to no compression" ? "" : head.fields.get("sec-websocket-extensions");
    const agreed = answerOffers(offers, [request]);
    const answer = fault === "agrees without saying what to"
      ? agreed && "permessage-deflate"
      : agreed?.answer;
    await answerUpgrade(link, head, answer);
    await new FaultyEcho(link, "server", agreed?.agreement, fault).run();
  };
}

/** A client with a fault, or with none. */
export function createFaultyClient(fault?: Fault): Endpoint {
  return async (streams) => {
    const link = new Link(streams);
    const offers = fault === "agrees to no compression" ? undefined : writeOffers([request]);
    const answer = await requestUpgrade(link, "ws://localhost/", offers);
    await new FaultyEcho(link, "client", readAnswer(answer, [request]), fault).run();
  };
}

class FaultyEcho {
  readonly #link: Link;
  readonly #isClient: boolean;
  readonly #agreement: Agreement | undefined;
  readonly #fault: Fault | undefined;
  readonly #deflation: Deflation | undefined;
  #inflation: Inflation | undefined;
  #message: { opcode: number; compressed: boolean; pieces: Uint8Array[]; decoder: TextDecoder } | undefined;
  readonly #pongs: Uint8Array[] = [];
  #isClosed = false;

  constructor(
    link: Link,
    role: "client" | "server",
    agreement: Agreement | undefined,
    fault: Fault | undefined,
  ) {
    this.#link = link;
    this.#isClient = role === "client";
    this.#agreement = agreement;
    this.#fault = fault;
    if (agreement === undefined) return;
    this.#deflation = pakoCodec.createDeflation(this.#plantCompression(agreement.send));
    this.#inflation = pakoCodec.createInflation(agreement.receive);
  }

  #plantCompression({ windowBits, takeover }: Compression): Compression {
    if (this.#fault === "compresses with a window that is too large") return { windowBits: 15, takeover };
    return { windowBits, takeover: takeover || this.#fault === "keeps the context that it must not" };
  }

  async run(): Promise<void> {
    try {
      await this.#run();
    } finally {
      this.#link.destroy();
    }
  }

  async #run(): Promise<void> {
    const frames = new FrameReader();
    for (let chunk; (chunk = await this.#link.read()) !== undefined;) {
      for (const frame of frames.push(chunk)) {
        const ignored = this.#isClosed &&
          this.#fault !== "echoes what follows a Close" && this.#fault !== "answers every Close";
        if (!ignored) await this.#receive(frame);
      }
      if (this.#isClosed) break;
    }
    if (this.#fault === "never ends the connection") await new Promise(() => {});
    this.#link.end();
    while (await this.#link.read() !== undefined);
  }

  async #send(opcode: number, payload: Uint8Array, fin = true, rsv = 0): Promise<void> {
    const masked = this.#isClient !== (this.#fault === "masks where it must not");
    const bytes = encodeFrame({ opcode, payload, fin, rsv }, masked);
    await this.#link.write(this.#fault === "writes lengths longer than need be" ? lengthen(bytes) : bytes);
  }

  async #fail(code: number): Promise<void> {
    this.#isClosed = true;
    if (this.#fault === "fails without a Close") return;
    const told = this.#fault === "fails with another code" ? 1008 : code;
    await this.#send(opcodes.close, Uint8Array.of(told >> 8, told & 255));
  }

  /** RFC 6455 §5.2, §5.4, §5.5. */
  #findViolation({ opcode, payload, fin, rsv, masked }: ReadFrame): Fault | "masking" | undefined {
    const isControl = opcode >= 8;
    const isCompressed = rsv === 4 && this.#inflation !== undefined && (opcode === 1 || opcode === 2);
    if (masked === this.#isClient) return "masking";
    if (rsv !== 0 && !isCompressed) return "accepts reserved bits";
    if (!Object.values<number>(opcodes).includes(opcode)) return "accepts reserved opcodes";
    if (isControl && !fin) return "accepts a fragmented ping";
    if (isControl && payload.length > 125) return "accepts a ping of 126 bytes";
    if (isControl) return undefined;
    if (opcode === opcodes.continuation && this.#message === undefined) {
      return "accepts a continuation without a message";
    }
    if (opcode !== opcodes.continuation && this.#message !== undefined) {
      return "accepts a message within a message";
    }
    return undefined;
  }

  async #receive(frame: ReadFrame): Promise<void> {
    const violation = this.#findViolation(frame);
    if (violation !== undefined && violation !== this.#fault) return await this.#fail(1002);
    const { opcode, payload } = frame;
    if (opcode === opcodes.close) return await this.#receiveClose(payload);
    if (opcode === opcodes.pong) {
      return this.#fault === "answers pongs" ? await this.#send(opcodes.text, payload) : undefined;
    }
    if (opcode !== opcodes.ping) return await this.#receiveData(frame);
    if (this.#fault === "answers a ping behind the message" && this.#message !== undefined) {
      this.#pongs.push(payload);
    } else if (this.#fault === "answers a ping with another payload") {
      await this.#send(opcodes.pong, payload.subarray(1));
    } else await this.#send(opcodes.pong, payload);
  }

  async #receiveClose(payload: Uint8Array): Promise<void> {
    const code = payload.length < 2 ? undefined : payload[0]! << 8 | payload[1]!;
    const isValid = code === undefined || code >= 3000 && code < 5000 ||
      code >= 1000 && code < 1015 && ![1004, 1005, 1006].includes(code);
    if (payload.length === 1 && this.#fault !== "accepts half a close code") return await this.#fail(1002);
    if (!isValid && this.#fault !== "accepts any close code") return await this.#fail(1002);
    if (!isUtf8(payload.subarray(2))) return await this.#fail(1007);
    this.#isClosed = true;
    const isOther = payload.length === 1 || this.#fault === "answers a Close with another code";
    const isShort = this.#fault === "answers a Close without a code";
    const answer = isOther ? Uint8Array.of(1000 >> 8, 1000 & 255) : payload.slice(0, isShort ? 0 : 2);
    if (this.#fault !== "answers no Close") await this.#send(opcodes.close, answer);
  }

  async #receiveData({ opcode, payload, fin, rsv }: ReadFrame): Promise<void> {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    this.#message ??= { opcode: opcode || opcodes.text, compressed: rsv === 4, pieces: [], decoder };
    const { pieces, ...message } = this.#message;
    if (this.#fault !== "drops a fragment" || pieces.length > 0 || fin) pieces.push(payload);
    else pieces.push(new Uint8Array(0));
    const isText = message.opcode === opcodes.text && this.#fault !== "accepts text that is no UTF-8";
    try {
      if (isText && !message.compressed) message.decoder.decode(payload, { stream: !fin });
    } catch {
      return await this.#fail(1007);
    }
    if (!fin) return;
    this.#message = undefined;
    if (this.#fault === "fails before it has echoed") return;
    const joined = joinBytes(pieces);
    if (this.#fault === "forgets the context") {
      this.#inflation &&= pakoCodec.createInflation(this.#agreement!.receive);
    }
    await this.#echo(message.opcode, message.compressed ? this.#inflation!.inflate(joined) : joined);
    for (const pong of this.#pongs.splice(0)) await this.#send(opcodes.pong, pong);
  }

  /** In fragments of 256 bytes, to have some. */
  async #echo(opcode: number, payload: Uint8Array): Promise<void> {
    const isShort = this.#fault === "echoes one byte less";
    const deflation = this.#fault === "never compresses" ? undefined : this.#deflation;
    const pieces = cutBytes(deflation?.compress(payload) ?? (isShort ? payload.subarray(1) : payload), 256);
    const rsv = deflation === undefined ? 0 : 4;
    const first = this.#fault === "echoes text as binary" ? opcodes.binary : opcode;
    for (const [index, piece] of pieces.entries()) {
      const marked = index === 0 || this.#fault === "sets RSV1 on continuations";
      await this.#send(
        index === 0 ? first : opcodes.continuation,
        piece,
        index === pieces.length - 1,
        marked ? rsv : 0,
      );
    }
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The same frame with a 16-bit length, where it had a 7-bit one. */
function lengthen(bytes: Uint8Array): Uint8Array {
  if ((bytes[1]! & 0x7f) > 125) return bytes;
  return joinBytes([
    Uint8Array.of(bytes[0]!, bytes[1]! & 0x80 | 126, 0, bytes[1]! & 0x7f),
    bytes.subarray(2),
  ]);
}
