/**
 * What can be wrong with an endpoint, and the cases of the catalogue that must show it.
 *
 * @module
 */

import type { Verdict } from "@weft/websocket/testing/conformance";

/** The faults, and the case that must catch each. */
export const faults = {
  "accepts reserved bits": "3.1",
  "accepts reserved opcodes": "4.1.1",
  "accepts a ping of 126 bytes": "2.5",
  "accepts a fragmented ping": "5.1",
  "accepts a continuation without a message": "5.9",
  "accepts a message within a message": "5.18",
  "accepts text that is no UTF-8": "6.3.1",
  "accepts half a close code": "7.3.2",
  "accepts any close code": "7.9.6",
  "fails with another code": "6.3.1",
  "answers a ping with another payload": "2.2",
  "answers a ping behind the message": "5.6",
  "answers pongs": "2.7",
  "drops a fragment": "5.3",
  "echoes text as binary": "1.1.2",
  "echoes one byte less": "1.2.7",
  "echoes what follows a Close": "7.1.4",
  "answers every Close": "7.1.2",
  "answers a Close with another code": "7.7.2",
  "answers no Close": "7.1.1",
  "never ends the connection": "7.1.1",
  "masks where it must not": "1.1.2",
  "writes lengths longer than need be": "1.1.2",
  "sets RSV1 on continuations": "12.1.11",
  "compresses with a window that is too large": "13.3.10",
  "keeps the context that it must not": "13.2.4",
  "forgets the context": "12.1.4",
  "agrees without saying what to": "13.5.1",
} as const satisfies Readonly<Record<string, string>>;

/** What is allowed, but not as good as could be; the case that shows it, and its verdict. */
export const liberties = {
  "fails without a Close": ["3.1", "NON-STRICT"],
  "fails before it has echoed": ["3.2", "NON-STRICT"],
  "answers a Close without a code": ["7.7.2", "NON-STRICT"],
  "agrees to no compression": ["12.1.1", "INFORMATIONAL"],
  "never compresses": ["12.1.4", "NON-STRICT"],
} as const satisfies Readonly<Record<string, readonly [string, Verdict]>>;

/** What can be planted. */
export type Fault = keyof typeof faults | keyof typeof liberties;
