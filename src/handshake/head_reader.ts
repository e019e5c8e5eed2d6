/**
 * Reads one HTTP/1.1 head, start line and fields, from raw bytes in any chunking (RFC 9112 §2, §5). Fails at
 * the first byte that no head can have. Knows neither requests nor responses, and no field by name.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";
import type { HandshakeError } from "./handshake_error.ts";
import type { HeadLimits } from "./limits.ts";

/** A whole head. */
export interface ReadHead<Head> {
  /** The head. */
  readonly head: Head;
  /** The head as it was sent, a byte a character; nothing where it was none. */
  readonly text?: string;
  /** A copy of the bytes that followed it in the last chunk. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/**
 * Takes the next bytes, which it does not keep. `undefined` until the head is whole; then, or after it
 * has thrown, it is done with.
 */
export type Reader<Head> = (bytes: Uint8Array) => ReadHead<Head> | undefined;

// RFC 9112 §2.2 a bare CR is invalid, RFC 9110 §5.5 so is
// every other control character but HTAB, a bare LF too;
// RFC 9112 §5.2 obs-fold: "MUST either reject the message by sending a 400..."
const misplaced = /\r[^\n]|[^\r]\n|\n[\t ]|[^\t\n\r -~\x80-\xff]/;
// RFC 9112 §5 field-line = field-name ":" OWS field-value OWS;
// `Headers` would trim too, but not everywhere in linear time
const field = new RegExp(`^(${tokenPattern}):[ \t]*(.*[^ \t])?[ \t]*$`);

/**
 * A reader of one head under `limits`: passes over so many empty lines, matches the start line, and makes the
 * head of that match and the fields; those of one name are joined as RFC 9110 §5.3 has it. `fail` makes the
 * error of a malformed or too large head, which a server answers with `status`.
 */
export function createHeadReader<Head>(
  { maxHeaderLine, maxHeaders, maxHeadSize }: HeadLimits,
  emptyLines: number,
  startLine: RegExp,
  fail: (status: number, reason: string) => HandshakeError,
  createHead: (start: RegExpExecArray, headers: Headers) => Head,
): Reader<Head> {
  const headers = new Headers();
  let start: RegExpExecArray | undefined;
  let previous = "\n";
  let text = "";
  let line = "";
  let fields = 0;

  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const character = String.fromCharCode(bytes[at++] as number);
      text += character;
      if (text.length > maxHeadSize) throw fail(431, `more than ${maxHeadSize} bytes`);
      if (misplaced.test(previous + character)) {
        throw fail(400, "a control character or space out of place");
      }
      previous = character;
      if (character === "\r") continue;
      if (character !== "\n") {
        line += character;
        if (line.length <= maxHeaderLine) continue;
        throw fail(start ? 431 : 414, `more than ${maxHeaderLine} bytes in a line`);
      }
      if (line === "" && start) {
        return { head: createHead(start, headers), text, rest: new Uint8Array(bytes.subarray(at)) };
      }
      // RFC 9112 §2.2 "a server ... SHOULD ignore at least one
      // empty line (CRLF) received prior to the request-line"
      if (line === "" && emptyLines-- > 0) continue;
      const match = (start ? field : startLine).exec(line);
      if (match === null) throw fail(400, `a malformed ${start ? "field" : "start"} line`);
      if (!start) start = match;
      else if (++fields > maxHeaders) throw fail(431, `more than ${maxHeaders} fields`);
      else headers.append(match[1] as string, match[2] ?? "");
      line = "";
    }
    return undefined;
  };
}
