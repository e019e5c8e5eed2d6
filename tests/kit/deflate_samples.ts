/**
 * Bytes to compress, and the codecs of one connection without the connection.
 *
 * @module
 */

import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import type { ExtensionParameters, MessageCodec } from "../../src/protocol/extension.ts";
import { createRandomBytes } from "./random.ts";
import { utf8 } from "./frames.ts";

/** Names and the bytes they stand for. */
export const samples: ReadonlyMap<string, Uint8Array> = new Map([
  ["nothing", new Uint8Array()],
  ["one byte", Uint8Array.of(0x61)],
  ["Hello", utf8("Hello")],
  [
    "JSON",
    utf8(JSON.stringify(Array.from({ length: 40 }, (_, id) => ({ id, name: `name ${id % 7}`, on: id % 2 })))),
  ],
  ["64 KiB of chance", createRandomBytes(65536, 1)],
  ["70 000 zeros", new Uint8Array(70_000)],
  [
    "200 000 bytes of text",
    utf8(Array.from(createRandomBytes(40_000, 2), (byte) => `w${byte % 37} `).join("")),
  ],
  ["what comes again after 5000 bytes", utf8(`${"abc".repeat(3)}${"x1y".repeat(1700)}abcabcabc`.repeat(4))],
]);

/** What a server's compression is for a connection whose client offered this. */
export function createServerCodec(
  options: DeflateOptions = {},
  offer: ExtensionParameters = [],
): MessageCodec {
  return permessageDeflate(options).accept(offer)!.createCodec();
}

/** The compressions of both ends. */
export function createCodecPair(
  client: DeflateOptions = {},
  server: DeflateOptions = {},
): [client: MessageCodec, server: MessageCodec] {
  const asking = permessageDeflate(client);
  const agreed = permessageDeflate(server).accept(asking.offer()[0]!)!;
  return [asking.confirm(agreed.parameters)!.createCodec(), agreed.createCodec()];
}
