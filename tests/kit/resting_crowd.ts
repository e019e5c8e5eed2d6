/**
 * Connections that messages to many rest for.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ConnectionOptions } from "../../src/connection/connection_options.ts";
import { prepareMessage } from "../../src/connection/prepare_message.ts";
import { HeldConnection, spin } from "./held_connection.ts";

/** For tests of what rests. */
export const whereRest: { readonly skip: false | string } = {
  skip: "WebSocketPair" in globalThis && "on Workers nothing rests",
};

/** Connections that it takes long to write to, and that rest since just now. */
export async function createRestingCrowd(options?: Partial<ConnectionOptions>): Promise<HeldConnection[]> {
  const members = Array.from({ length: 64 }, () => new HeldConnection(options));
  // The end of what another test's crowd has begun.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const { transport } of members) {
    transport.onWrite = () => {
      for (const start = performance.now(); performance.now() - start < 0.5;);
    };
  }
  await publish("at once", members);
  for (const member of members) assertEquals(member.sent(), ["text at once"]);
  return members;
}

/** Sends to all in a turn of its own, and yet before any timer. */
export async function publish(text: string, members: HeldConnection[]): Promise<void> {
  const message = prepareMessage(text);
  for (const { connection } of members) void connection.send(message);
  await spin(4);
}
