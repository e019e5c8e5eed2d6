/**
 * What RFC 6455 §5-§8 makes of some bytes, the slow and obvious way: all bytes at hand, one rule after the other. What
 * the engine is measured against, so it shares nothing with it.
 *
 * @module
 */

import { concat, toHex } from "./frames.ts";

/** Lines as those of `feed_engine.ts`. */
export interface Verdict {
  readonly events: readonly string[];
  readonly sent: readonly string[];
}

/** What the verdict depends on, besides the bytes. */
export interface Terms {
  readonly role: "client" | "server";
  readonly maxMessageSize: number;
  readonly maxFragments: number;
}

/** A broken rule. */
class Violation extends Error {
  readonly code: number;

  constructor(code: number) {
    super(String(code));
    this.code = code;
  }
}

/** There are no more bytes. */
class OutOfBytes extends Error {}

/** The text of bytes, or `undefined`. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether some text begins so: one of these endings completes any code point that is open. */
function isBeginning(bytes: Uint8Array): boolean {
  const endings = [[], [0x80], [0xbf], [0x80, 0x80], [0xbf, 0x80], [0x80, 0x80, 0x80], [0xbf, 0x80, 0x80]];
  return endings.some((ending) => decode(concat([bytes, Uint8Array.from(ending)])) !== undefined);
}

/** Whether a peer may say so (§7.4 and the IANA registry). */
function isCloseCode(code: number): boolean {
  if (code < 1000 || code > 4999) return false;
  if (code >= 3000) return true;
  return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
}

/** What a peer's bytes amount to. */
export function judge(bytes: Uint8Array, { role, maxMessageSize, maxFragments }: Terms): Verdict {
  const events: string[] = [];
  const sent: string[] = [];
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new OutOfBytes();
    return bytes.subarray(at, at += count);
  };
  const require = (holds: boolean, code = 1002): void => {
    if (!holds) throw new Violation(code);
  };
  /** The fragments so far of the message that has not ended. */
  let message: { readonly opcode: number; readonly parts: Uint8Array[] } | undefined;
  const partsSize = () => message?.parts.reduce((sum, part) => sum + part.length, 0) ?? 0;

  function readFrame(): void {
    const [first, second] = take(2) as unknown as [number, number];
    const fin = first >= 128;
    const opcode = first % 16;
    const control = opcode >= 8;
    require(first % 128 < 16);
    require([0, 1, 2, 8, 9, 10].includes(opcode));
    if (control) require(fin && second % 128 <= 125);
    else require((opcode === 0) === (message !== undefined));
    require((second >= 128) === (role === "server"));
    let length = BigInt(second % 128);
    if (length === 126n || length === 127n) {
      const digits = toHex(take(length === 126n ? 2 : 8));
      const shortest = length === 126n ? 126n : 65536n;
      length = BigInt(`0x${digits}`);
      require(length >= shortest && length < 2n ** 63n);
    }
    if (!control) require(BigInt(partsSize()) + length <= BigInt(maxMessageSize), 1009);
    const key = role === "server" ? take(4) : new Uint8Array(4);
    if (!control) {
      message ??= { opcode, parts: [] };
      require(message.parts.length < maxFragments, 1008);
    }
    // The payload, as far as it is there.
    const available = Math.min(Number(length), bytes.length - at);
    const payload = take(available).map((octet, index) => octet ^ key[index % 4]!);
    if (message?.opcode === 1 && !control) require(isBeginning(concat([...message.parts, payload])), 1007);
    if (available < Number(length)) throw new OutOfBytes();
    if (control) return readControl(opcode, payload);
    message!.parts.push(payload);
    if (!fin) return;
    const whole = concat(message!.parts);
    const text = message!.opcode === 1 ? decode(whole) : undefined;
    require(message!.opcode === 2 || text !== undefined, 1007);
    events.push(`${message!.opcode === 1 ? "text" : "binary"} ${text ?? toHex(whole)}`.trimEnd());
    message = undefined;
  }

  function readControl(opcode: number, payload: Uint8Array): void {
    if (opcode === 9) sent.push(`pong ${toHex(payload)}`.trimEnd());
    if (opcode !== 8) {
      events.push(`${opcode === 9 ? "ping" : "pong"} ${toHex(payload)}`.trimEnd());
      return;
    }
    require(payload.length !== 1);
    const code = payload.length === 0 ? undefined : payload[0]! * 256 + payload[1]!;
    if (code !== undefined) require(isCloseCode(code));
    const reason = decode(payload.subarray(2));
    require(reason !== undefined, 1007);
    events.push(`close ${code ?? 1005} ${reason}`.trimEnd());
    sent.push(`close ${code ?? ""}`.trimEnd());
    throw new OutOfBytes();
  }

  try {
    for (;;) readFrame();
  } catch (error) {
    if (error instanceof Violation) {
      events.push(`fail ${error.code}`);
      sent.push(`close ${error.code}`);
    } else if (!(error instanceof OutOfBytes)) {
      throw error;
    }
  }
  return { events, sent };
}
