/**
 * Reads one HTTP/1.1 head, start line and fields, from raw bytes in any chunking (RFC 9112 §2, §5). Fails at the
 * first byte that no head can have. Knows neither requests nor responses, and no field by name.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";
import type { HandshakeError } from "./handshake_error.ts";
import type { HeadLimits } from "./limits.ts";

/** What differs between the heads of requests and of responses. */
export interface HeadGrammar<Head> {
  /** How many empty lines before the start line are passed over. */
  readonly emptyLines: number;
  /** The start line. */
  readonly startLine: RegExp;
  /** The head, from what `startLine` matched and the fields; those of one name are joined as RFC 9110 §5.3 has it. */
  createHead(start: RegExpExecArray, headers: Headers): Head;
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

/** Takes the next bytes, which it does not keep. `undefined` until the head is whole; then, or after it has thrown, it is done with. */
export type Reader<Head> = (bytes: Uint8Array) => ReadHead<Head> | undefined;

// RFC 9112 §2.2 a bare CR is invalid, RFC 9110 §5.5 so is every other control character but HTAB, a bare LF too;
// RFC 9112 §5.2 obs-fold: "MUST either reject the message by sending a 400..."
// deno-lint-ignore no-control-regex
const misplaced = /\r[^\n]|[^\r]\n|\n[\t ]|[\0-\x08\v\f\x0e-\x1f\x7f]/;
// RFC 9112 §5 field-line = field-name ":" OWS field-value OWS; `Headers` would trim too, but not everywhere in linear time
const field = new RegExp(`^(${tokenPattern}):[ \\t]*(.*[^ \\t])?[ \\t]*$`);

/** A reader of one head under `limits`, which throws what `fail` and `createHead` make. */
export function createHeadReader<Head>(
  { maxHeaderLine, maxHeaders, maxHeadSize }: HeadLimits,
  { emptyLines, startLine, createHead, fail }: HeadGrammar<Head>,
): Reader<Head> {
  const headers = new Headers();
  let start: RegExpExecArray | undefined;
  let previous = "\n";
  let line = "";
  let size = 0;
  let passedOver = 0;
  let fields = 0;

  function readCharacter(character: string): Head | undefined {
    if (++size > maxHeadSize) throw fail(431, `more than ${maxHeadSize} bytes`);
    if (misplaced.test(previous + character)) {
      throw fail(400, "a CR, LF, space or control character out of place");
    }
    previous = character;
    if (character === "\n") return readLine(line);
    if (character !== "\r") line += character;
    if (line.length > maxHeaderLine) {
      throw fail(start ? 431 : 414, `more than ${maxHeaderLine} bytes in a line`);
    }
    return undefined;
  }

  function readLine(text: string): Head | undefined {
    line = "";
    if (text === "" && start) return createHead(start, headers);
    // RFC 9112 §2.2 "a server ... SHOULD ignore at least one empty line (CRLF) received prior to the request-line"
    if (text === "" && passedOver++ < emptyLines) return undefined;
    const match = (start ? field : startLine).exec(text);
    if (match === null) throw fail(400, `a malformed ${start ? "field" : "start"} line`);
    if (!start) start = match;
    else if (++fields > maxHeaders) throw fail(431, `more than ${maxHeaders} fields`);
    else headers.append(match[1] as string, match[2] ?? "");
    return undefined;
  }

  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const head = readCharacter(String.fromCharCode(bytes[at++] as number));
      if (head !== undefined) return { head, rest: new Uint8Array(bytes.subarray(at)) };
    }
    return undefined;
  };
}
