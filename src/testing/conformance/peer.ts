/**
 * The judge's end of an open connection: it writes what a case says, and sees what comes back, frame by
 * frame, as RFC 6455 has it. Knows no case.
 *
 * @module
 */

import type { Chop, Reply } from "./conformance_case.ts";
import type { Agreement } from "./agreement.ts";
import type { Deflation, Inflation, JudgeCodec } from "./compression.ts";
import {
  cutBytes,
  encodeFrame,
  type Frame,
  FrameReader,
  joinBytes,
  opcodes,
  type ReadFrame,
} from "./frame.ts";
import type { Link } from "./link.ts";

/** Which side the judge plays. */
export type JudgeRole = "client" | "server";

/** The endpoint's Close. */
export interface ReceivedClose {
  readonly code: number | undefined;
  /** Whether the judge had sent one before. */
  readonly isAnswer: boolean;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function checkText(bytes: Uint8Array): void {
  try {
    decoder.decode(bytes);
  } catch {
    throw new Error("sent text that is no UTF-8");
  }
}

/** One end of one connection. */
export class Peer {
  readonly #link: Link;
  readonly #role: JudgeRole;
  readonly #frames = new FrameReader();
  readonly #deflation: Deflation | undefined;
  readonly #inflation: Inflation | undefined;
  #message:
    | { readonly opcode: number; readonly compressed: boolean; readonly pieces: Uint8Array[] }
    | undefined;
  #closeSent = false;
  /** When what was to be sent before has been. */
  #turn: Promise<void> = Promise.resolve();
  readonly #waiters: (() => void)[] = [];
  #stop: () => void = () => {};
  /** When nothing more need be written. */
  readonly #stopped = new Promise<void>((resolve) => this.#stop = resolve);

  /** What has come back, in order. */
  replies: Reply[] = [];
  /** How many messages came back compressed. */
  compressedMessages = 0;
  /** The endpoint's Close. */
  close: ReceivedClose | undefined;
  /** A rule that the endpoint broke. */
  fault: string | undefined;
  /** Whether the endpoint has ended its side. */
  ended = false;
  isOutOfTime = false;

  constructor(link: Link, role: JudgeRole, agreement: Agreement | undefined, codec: JudgeCodec) {
    this.#link = link;
    this.#role = role;
    if (agreement !== undefined) {
      this.#deflation = codec.createDeflation(agreement.send);
      this.#inflation = codec.createInflation(agreement.receive);
    }
    void this.#read();
  }

  /** Whether nothing more is to come but the end. */
  get isOver(): boolean {
    return this.close !== undefined || this.ended || this.fault !== undefined;
  }

  /** Waits until something is so, for so many milliseconds or until time is up. Whether it is. */
  async wait(condition: () => boolean, milliseconds?: number): Promise<boolean> {
    let waiting = true;
    const timer = milliseconds === undefined ? undefined : setTimeout(() => {
      waiting = false;
      this.#notify();
    }, milliseconds);
    while (!condition() && waiting && !this.isOutOfTime) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    clearTimeout(timer);
    return condition();
  }

  /** Time is up: nothing is waited for any more. */
  expire(): void {
    this.isOutOfTime = true;
    this.#stop();
    this.#notify();
  }

  #notify(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  // Sending

  /**
   * Writes frames, all in one piece, each in one, or in pieces of so many bytes, until
   * the endpoint wants no more.
   */
  async send(frames: readonly Frame[], chop: Chop = "whole"): Promise<void> {
    this.#closeSent ||= frames.some(({ opcode }) => opcode === opcodes.close);
    const encoded = frames.map((frame) => encodeFrame(frame, this.#role === "client"));
    const pieces = chop === "frames" ? encoded : cutBytes(joinBytes(encoded), chop === "whole" ? 0 : chop);
    // An answer does not come amid a frame that is written in pieces.
    await (this.#turn = this.#turn.then(() => this.#writeAll(pieces)));
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.ended || this.isOutOfTime) return;
      await this.#write(piece);
    }
  }

  /** Writes bytes as they are. */
  async sendRaw(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes);
  }

  /** Writes a message, compressed where that was agreed. */
  async sendMessage(type: "text" | "binary", payload: Uint8Array, fragmentSize: number): Promise<void> {
    const pieces = cutBytes(this.#deflation?.compress(payload) ?? payload, fragmentSize);
    const rsv = this.#deflation === undefined ? 0 : 4;
    await this.send(pieces.map((piece, index) => ({
      opcode: index === 0 ? opcodes[type] : opcodes.continuation,
      payload: piece,
      fin: index === pieces.length - 1,
      // RFC 7692 §6.1: RSV1 is set on the first frame of a message only.
      rsv: index === 0 ? rsv : 0,
    })));
  }

  /** An endpoint that is gone, or does not read, does not hold up the judge. */
  async #write(bytes: Uint8Array): Promise<void> {
    await Promise.race([this.#link.write(bytes), this.#stopped]);
  }

  // Receiving

  async #read(): Promise<void> {
    for (let chunk; (chunk = await this.#link.read()) !== undefined;) {
      try {
        for (const frame of this.#frames.push(chunk)) this.#receive(frame);
      } catch (error) {
        this.fault ??= error instanceof Error ? error.message : String(error);
      }
      this.#notify();
    }
    if (this.#frames.isAmidFrame) this.fault ??= "ended amid a frame";
    this.ended = true;
    this.#stop();
    this.#notify();
  }

  #receive(frame: ReadFrame): void {
    const { opcode, payload, fin } = frame;
    this.#checkFrame(frame);
    if (opcode === opcodes.close) return this.#receiveClose(payload);
    // RFC 6455 §5.5.2: an endpoint may ask at any time whether the judge is there.
    if (opcode === opcodes.ping) return void this.send([{ opcode: opcodes.pong, payload }]);
    if (opcode === opcodes.pong) return void this.replies.push({ type: "pong", payload });
    this.#message ??= { opcode, compressed: frame.rsv === 4, pieces: [] };
    this.#message.pieces.push(payload);
    if (fin) this.#receiveMessage();
  }

  #receiveMessage(): void {
    const { opcode, compressed, pieces } = this.#message!;
    this.#message = undefined;
    const wire = pieces.length === 1 ? pieces[0]! : joinBytes(pieces);
    const payload = compressed ? this.#inflation!.inflate(wire) : wire;
    if (compressed) this.compressedMessages++;
    if (opcode === opcodes.text) checkText(payload);
    this.replies.push({ type: opcode === opcodes.text ? "text" : "binary", payload });
  }

  #receiveClose(payload: Uint8Array): void {
    if (payload.length === 1) throw new Error("sent a Close with half a code");
    const code = payload.length === 0 ? undefined : payload[0]! << 8 | payload[1]!;
    // RFC 6455 §7.4
    const allowed = code === undefined || code >= 3000 && code < 5000 ||
      code >= 1000 && code < 1015 && ![1004, 1005, 1006].includes(code);
    if (!allowed) throw new Error(`sent a Close with ${code}`);
    checkText(payload.subarray(2));
    this.close = { code, isAnswer: this.#closeSent };
    if (!this.#closeSent) void this.send([{ opcode: opcodes.close, payload }]);
    // RFC 6455 §7.1.1: it is the server who ends the connection first.
    if (this.#role === "server") this.#link.end();
  }

  /** RFC 6455 §5, on the other side. */
  #checkFrame({ opcode, payload, fin, rsv, masked, minimal }: ReadFrame): void {
    const isControl = opcode >= 8;
    const mayCompress = this.#inflation !== undefined &&
      (opcode === opcodes.text || opcode === opcodes.binary);
    const fault = this.close !== undefined
      ? "sent something behind its Close"
      : masked !== (this.#role === "server")
      ? masked ? "sent a masked frame" : "sent an unmasked frame"
      : rsv !== 0 && !(rsv === 4 && mayCompress)
      ? `sent reserved bits ${rsv} with opcode ${opcode}`
      : !Object.values<number>(opcodes).includes(opcode)
      ? `sent opcode ${opcode}`
      : !minimal
      ? "sent a length longer than need be"
      : isControl && (!fin || payload.length > 125)
      ? "sent a control frame that is fragmented or too long"
      : !isControl && (opcode === opcodes.continuation) !== (this.#message !== undefined)
      ? "sent fragments in disorder"
      : undefined;
    if (fault !== undefined) throw new Error(fault);
  }
}
