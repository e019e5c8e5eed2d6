import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { Role } from "../../src/protocol/role.ts";
import { join, makeClose, makeFrame } from "../kit/frame_lines.ts";
import { HeldConnection, settle, spin } from "../kit/held_connection.ts";

const empty = new Uint8Array(0);

/** Every kind of frame, as the peer of `role` sends them. */
function createScript(role: Role): Uint8Array {
  const masked = role === "server";
  return join(
    makeFrame("text", "Grüße", { masked }),
    makeFrame("ping", "p", { masked }),
    makeFrame("binary", "", { masked }),
    makeFrame("text", "He", { masked, fin: false }),
    makeFrame("pong", "unasked", { masked }),
    makeFrame("continuation", "", { masked, fin: false }),
    makeFrame("ping", "", { masked }),
    makeFrame("continuation", "llo", { masked }),
    makeFrame("binary", new Uint8Array(130).fill(7), { masked }),
    makeClose(1001, "bye", { masked }),
    makeFrame("text", "late", { masked }),
  );
}

/** What a connection makes of the chunks. */
async function play(role: Role, chunks: readonly Uint8Array[], byHandler: boolean): Promise<unknown> {
  const received: unknown[] = [];
  const onMessage = (message: unknown) => void received.push(message);
  const held = new HeldConnection({ role, ...byHandler ? { onMessage } : {} });
  held.transport.deliver(...chunks);
  held.transport.deliverEnd();
  await spin(30);
  const closed = await held.connection.closed;
  if (!byHandler) { for await (const message of held.connection) received.push(message); }
  const { bytesSent: _, ...stats } = held.connection.stats;
  held.assertGone();
  return { received, sent: held.sent(), closed, stats };
}

for (const role of ["client", "server"] as const) {
  test(`${role}: every cut of the bytes comes to the same: whole, in two, in three, in single bytes, with empty chunks`, async () => {
    const script = createScript(role);
    const expected = await play(role, [script], false);
    assertEquals((expected as { received: unknown[] }).received.length, 4);
    assertEquals((expected as { sent: unknown[] }).sent, ["pong p", "pong", "close 1001"]);
    const single = Array.from(script, (byte) => Uint8Array.of(byte));
    const check = async (chunks: readonly Uint8Array[]) => {
      assertEquals(await play(role, chunks, false), expected);
      assertEquals(await play(role, chunks, true), expected);
    };
    await check(single);
    await check(single.flatMap((chunk) => [empty, chunk, empty]));
    for (let cut = 0; cut <= script.length; cut++) {
      await check([script.slice(0, cut), empty, script.slice(cut)]);
    }
    for (let one = 0; one < script.length; one += 3) {
      for (let other = one; other < script.length; other += 5) {
        await check([script.slice(0, one), script.slice(one, other), script.slice(other)]);
      }
    }
    await settle();
  });

  test(`${role}: an end behind every byte of the script is an end without a Close, and tells what came before`, async () => {
    const script = createScript(role);
    const close = script.length - makeFrame("text", "late", { masked: role === "server" }).length;
    const whole = await play(role, [script], true) as { received: unknown[] };
    for (let cut = 0; cut <= script.length; cut++) {
      const { received, closed } = await play(role, [script.slice(0, cut)], true) as typeof whole & {
        closed: { closeCode: number };
      };
      assertEquals(received, whole.received.slice(0, received.length));
      assertEquals(closed.closeCode, cut >= close ? 1001 : 1006);
    }
  });
}
