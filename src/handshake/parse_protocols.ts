/**
 * The grammar of `Sec-WebSocket-Protocol` in a request (RFC 6455 §11.3.4), in time linear in the
 * header. Knows no subprotocol.
 *
 * @module
 */

import { tokenPattern } from "./fields.ts";

const element = new RegExp(`^[ \t]*(${tokenPattern})[ \t]*$`);

/** The subprotocols offered, `[]` without a header, `undefined` when it is malformed or names one twice. */
export function parseProtocols(header: string | null): string[] | undefined {
  const protocols = new Set<string>();
  for (const text of header?.split(",") ?? []) {
    const protocol = element.exec(text)?.[1];
    // §4.1 (10) "The elements ... MUST be non-empty strings ... and MUST all be unique strings"
    if (protocol === undefined || protocols.has(protocol)) return undefined;
    protocols.add(protocol);
  }
  return [...protocols];
}
