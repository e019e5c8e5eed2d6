/**
 * The shared suite on `openWebSocket()` of `./browser`, over what a runtime brings along.
 *
 * @module
 */

import { type NativeSocketName, type OpenOptions, openWebSocket } from "../../../src/runtime/browser.ts";
import { type SuiteTraits, webSocketTraits } from "./suite_case.ts";
import { testClient } from "./test_client.ts";

/** Declares the tests; `traits` and `skipped` are for what differs from others. */
export function testOpenedSocket(
  runtime: string,
  socket: NativeSocketName,
  { skipped, ...traits }: Partial<SuiteTraits> & { readonly skipped?: Readonly<Record<string, string>> } = {},
): void {
  testClient({
    name: `${runtime} ${socket}`,
    traits: { ...webSocketTraits, backpressure: socket === "WebSocketStream", ...traits },
    connect: (url, options) => openWebSocket(url, { ...options as OpenOptions, socket }),
    skipped: {
      "receiveHighWaterMark is a TypeError": "a page passes over what only its other socket has",
      ...skipped,
    },
  });
}
