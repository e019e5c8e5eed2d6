import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { createCloseEvent, createErrorEvent } from "../../src/connection/socket_events.ts";

/** Calls `run` as on a runtime that lacks a class. */
function without(name: "CloseEvent" | "ErrorEvent", run: () => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  try {
    run();
  } finally {
    if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
}

function assertCloseEvent(): void {
  const event = createCloseEvent({ closeCode: 3000, reason: "enough", wasClean: true });
  assert(event instanceof Event);
  assertEquals([event.type, event.bubbles, event.cancelable], ["close", false, false]);
  assertEquals([event.code, event.reason, event.wasClean], [3000, "enough", true]);
}

function assertErrorEvent(): void {
  for (const [error, message] of [[new TypeError("broken"), "broken"], ["text", "text"], [null, "null"]]) {
    const event = createErrorEvent(error) as ErrorEvent;
    assert(event instanceof Event);
    assertEquals([event.type, event.error, event.message], ["error", error, message]);
  }
}

test("a close event has code, reason and wasClean, with a CloseEvent of the runtime's and without", () => {
  assertCloseEvent();
  without("CloseEvent", assertCloseEvent);
});

test("an error event has error and message, with an ErrorEvent of the runtime's and without", () => {
  assertErrorEvent();
  without("ErrorEvent", assertErrorEvent);
});
