/**
 * Reads one HTTP/1.1 head, start line and fields, from raw bytes in any chunking (RFC 9112 §2, §5). Fails at the
 * first byte that no head can have. Knows neither requests nor responses, and no field by name.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";
import type { HandshakeError } from "./handshake_error.ts";
import { decodeLatin1 } from "./latin1.ts";
import type { HeadLimits } from "./limits.ts";

/** What differs between the heads of requests and of responses. */
export interface HeadGrammar<Start> {
  /** How many empty lines before the start line are passed over. */
  readonly emptyLines: number;
  /** What the start line says; throws what `fail` makes when it is malformed. */
  parseStartLine(line: string): Start;
  /** The error of a malformed or too large head; a server answers it with `status`. */
  fail(status: number, reason: string): HandshakeError;
}

/** A whole head. */
export interface ReadHead<Head> {
  /** The head. */
  readonly head: Head;
  /** A copy of the bytes that followed it in the last chunk. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** A head taken apart, nothing in it understood yet. */
export interface HeadLines<Start> {
  /** The start line. */
  readonly start: Start;
  /** The fields; those of one name are joined as RFC 9110 §5.3 has it. */
  readonly headers: Headers;
}

// RFC 9112 §5 field-line = field-name ":" OWS field-value OWS; `Headers` would trim too, but not everywhere in linear time
const field = new RegExp(`^(${tokenPattern}):[ \\t]*(.*[^ \\t])?[ \\t]*$`);

/** Reads one head; a new one takes a new reader. */
export class HeadReader<Start> {
  readonly #limits: HeadLimits;
  readonly #grammar: HeadGrammar<Start>;
  readonly #headers = new Headers();
  #start: Start | undefined;
  #emptyLines = 0;
  #fieldLines = 0;
  #size = 0;
  #line = new Uint8Array(128);
  #lineLength = 0;
  #afterCarriageReturn = false;
  #end: unknown;

  /** A reader of one head under `limits`. */
  constructor(limits: HeadLimits, grammar: HeadGrammar<Start>) {
    this.#limits = limits;
    this.#grammar = grammar;
  }

  /**
   * Takes the next bytes, which it does not keep. `undefined` until the head is whole.
   *
   * @throws {HandshakeError} when the head is malformed or too large; again at every later call.
   */
  push(bytes: Uint8Array): ReadHead<HeadLines<Start>> | undefined {
    if (this.#end !== undefined) throw this.#end;
    try {
      for (let i = 0; i < bytes.length; i++) {
        const start = this.#pushByte(bytes[i] as number);
        if (start === undefined) continue;
        this.#end = new TypeError("Cannot read a second head: the first is whole");
        return { head: { start, headers: this.#headers }, rest: new Uint8Array(bytes.subarray(i + 1)) };
      }
    } catch (error) {
      this.#end = error;
      throw error;
    }
    return undefined;
  }

  #pushByte(byte: number): Start | undefined {
    const { maxHeaderLine, maxHeadSize } = this.#limits;
    if (++this.#size > maxHeadSize) throw this.#fail(431, `the head is longer than ${maxHeadSize} bytes`);
    if (this.#afterCarriageReturn) {
      // RFC 9112 §2.2 "A recipient of such a bare CR MUST consider that element to be invalid"
      if (byte !== 0x0a) throw this.#fail(400, "a CR without LF");
      this.#afterCarriageReturn = false;
      return this.#endLine();
    }
    if (byte === 0x0d) {
      this.#afterCarriageReturn = true;
      return undefined;
    }
    // RFC 9110 §5.5 "Field values containing other CTL characters are also invalid"; a bare LF is one of them
    if (byte < 0x20 && byte !== 0x09 || byte === 0x7f) {
      throw this.#fail(400, "a control character in the head");
    }
    // RFC 9112 §5.2 obs-fold: "MUST either reject the message by sending a 400..."
    if (byte <= 0x20 && this.#lineLength === 0) {
      throw this.#fail(400, "a line of the head begins with a space");
    }
    if (this.#lineLength === maxHeaderLine) {
      throw this.#fail(this.#start === undefined ? 414 : 431, `a line is longer than ${maxHeaderLine} bytes`);
    }
    this.#append(byte);
    return undefined;
  }

  #append(byte: number): void {
    if (this.#lineLength === this.#line.length) {
      const longer = new Uint8Array(2 * this.#line.length);
      longer.set(this.#line);
      this.#line = longer;
    }
    this.#line[this.#lineLength++] = byte;
  }

  /** The start line, at the end of the head. */
  #endLine(): Start | undefined {
    const line = decodeLatin1(this.#line.subarray(0, this.#lineLength));
    this.#lineLength = 0;
    if (this.#start === undefined) {
      // RFC 9112 §2.2 "a server ... SHOULD ignore at least one empty line (CRLF) received prior to the request-line"
      if (line !== "" || ++this.#emptyLines > this.#grammar.emptyLines) {
        this.#start = this.#grammar.parseStartLine(line);
      }
      return undefined;
    }
    if (line === "") return this.#start;
    const { maxHeaders } = this.#limits;
    if (++this.#fieldLines > maxHeaders) throw this.#fail(431, `more than ${maxHeaders} header fields`);
    // RFC 9112 §5.1 "No whitespace is allowed between the field name and colon"
    const [, name, value = ""] = field.exec(line) ?? [];
    if (name === undefined) throw this.#fail(400, "a header field without name and colon");
    this.#headers.append(name, value);
    return undefined;
  }

  #fail(status: number, reason: string): HandshakeError {
    return this.#grammar.fail(status, reason);
  }
}
