import { test } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { startDeadline, withinDeadline } from "../../src/connection/within_deadline.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "../kit/held_connection.ts";

const late = () => new Error("late");

/** What a promise came to. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.catch((error) => error);
}

test("withinDeadline() settles as its promise does", async () => {
  const clock = createManualClock();
  const { signal } = new AbortController();
  const error = new Error("failed");
  assertEquals(await withinDeadline(Promise.resolve(1), { clock, signal }, late), 1);
  assertStrictEquals(await outcomeOf(withinDeadline(Promise.reject(error), { clock, signal }, late)), error);
  assertEquals(await withinDeadline(Promise.resolve(2), {}, late), 2);
  assertEquals(clock.pending, 0);
});

test("withinDeadline() rejects with the caller's error after handshakeTimeout, 10 s where it says nothing", async () => {
  for (const handshakeTimeout of [undefined, 500]) {
    const clock = createManualClock();
    let outcome: unknown;
    const waiting = withinDeadline(new Promise(() => {}), { clock, handshakeTimeout }, late);
    waiting.catch((error) => outcome = error);
    clock.advance((handshakeTimeout ?? 10_000) - 1);
    await settle();
    assertEquals(outcome, undefined);
    clock.advance(1);
    assertEquals([(await outcomeOf(waiting) as Error).message, clock.pending], ["late", 0]);
  }
});

test("withinDeadline() rejects with the signal's reason, aborted before or later", async () => {
  const clock = createManualClock();
  const reason = new Error("enough");
  const never = new Promise(() => {});
  const early = withinDeadline(never, { clock, signal: AbortSignal.abort(reason) }, late);
  assertStrictEquals(await outcomeOf(early), reason);
  const controller = new AbortController();
  const waiting = withinDeadline(never, { clock, signal: controller.signal }, late);
  controller.abort(reason);
  assertStrictEquals(await outcomeOf(waiting), reason);
  assertEquals(clock.pending, 0);
});

test("a promise that fails behind its deadline is nobody's unhandled rejection", async () => {
  const clock = createManualClock();
  let fail = (_error: unknown) => {};
  const promise = new Promise<never>((_, reject) => fail = reject);
  const waiting = withinDeadline(promise, { clock, handshakeTimeout: 1 }, late);
  clock.advance(1);
  await outcomeOf(waiting);
  fail(new Error("too late"));
  await settle();
});

test("startDeadline() gives each step what is left of the time, never less than none", () => {
  const clock = createManualClock();
  const left = startDeadline({ clock, handshakeTimeout: 1000, other: "option" });
  assertEquals([left().handshakeTimeout, left().other], [1000, "option"]);
  clock.advance(400.5);
  assertEquals(left().handshakeTimeout, 600);
  clock.advance(1000);
  assertEquals(left().handshakeTimeout, 0);
  assertEquals(startDeadline({ clock, handshakeTimeout: undefined })().handshakeTimeout, 10_000);
  assertEquals(startDeadline({ handshakeTimeout: 0 })().handshakeTimeout, 0);
});
