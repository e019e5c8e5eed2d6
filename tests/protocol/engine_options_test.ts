import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { checkNumber, type EngineOptions } from "../../src/protocol/engine_options.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";

/** Options as a program without types may give them. */
function createEngine(options: object): WebSocketEngine {
  return new WebSocketEngine({ role: "server", ...options } as EngineOptions);
}

test("a role is client or server, anything else is a TypeError", () => {
  assertEquals([createEngine({ role: "client" }).role, createEngine({}).role], ["client", "server"]);
  for (const role of [undefined, "", "Server", "peer", 0, null]) {
    assertThrows(() => createEngine({ role }), TypeError, "Cannot use role: not a role");
  }
});

for (const name of ["maxMessageSize", "maxFragments", "fragmentSize"]) {
  test(`${name} is an integer from its minimum on, or left out`, () => {
    for (const value of [1, 100, 2 ** 31, 2 ** 32, 1e9, Number.MAX_SAFE_INTEGER, undefined]) {
      createEngine({ [name]: value });
    }
    for (const value of [-1, NaN, Infinity, -Infinity, 0.5, 2 ** 53]) {
      assertThrows(
        () => createEngine({ [name]: value }),
        RangeError,
        `Cannot use ${name}: not an integer from`,
      );
    }
    for (const value of ["1", null, {}, true, 1n]) {
      assertThrows(() => createEngine({ [name]: value }), TypeError, `Cannot use ${name}: not a number`);
    }
  });
}

test("maxMessageSize and fragmentSize may be 0, maxFragments may not", () => {
  createEngine({ maxMessageSize: 0, fragmentSize: 0 });
  assertThrows(
    () => createEngine({ maxFragments: 0 }),
    RangeError,
    "Cannot use maxFragments: not an integer from 1 on",
  );
});

test("checkNumber() returns the number or its default", () => {
  assertEquals(checkNumber("size", undefined, 7), 7);
  assertEquals(checkNumber("size", 0, 7), 0);
  assertEquals(checkNumber("size", 5, 7, 5), 5);
  assertThrows(() => checkNumber("size", 4, 7, 5), RangeError, "Cannot use size: not an integer from 5 on");
});
