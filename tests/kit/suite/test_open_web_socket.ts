/**
 * The shared suite on `openWebSocket()` of `./browser`, over what a runtime brings along.
 *
 * @module
 */

import { type NativeSocketName, type OpenOptions, openWebSocket } from "../../../src/runtime/browser.ts";
import type { SuiteTraits } from "./suite_case.ts";
import { testClient } from "./test_client.ts";

/** Declares the tests; `traits` and `skipped` are for what differs from others. */
export function testOpenedSocket(
  runtime: string,
  socket: NativeSocketName,
  { skipped, ...traits }: Partial<SuiteTraits> & { readonly skipped?: Readonly<Record<string, string>> } = {},
): void {
  testClient({
    name: `${runtime} ${socket}`,
    traits: {
      backpressure: socket === "WebSocketStream",
      sendBackpressure: true,
      ping: false,
      streaming: false,
      sendOptions: false,
      closeCodes: false,
      closingHandshake: true,
      abort: false,
      keepalive: false,
      utf8: true,
      faults: false,
      receiving: true,
      ...traits,
    },
    connect: (url, options) => openWebSocket(url, { ...options as OpenOptions, socket }),
    skipped: {
      "receiveHighWaterMark is a TypeError": "a page passes over what only its other socket has",
      ...skipped,
    },
  });
}
