import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { checkArrows, checkImport, readImports } from "../../../tools/arrows.ts";

test("every import in src/ goes down the arrows between the rooms", async () => {
  const { violations, imports } = await checkArrows();
  assertEquals(violations, []);
  assert(imports > 0);
});

test("checkImport() allows a room itself and the rooms below it", () => {
  assertEquals(checkImport("src/connection/a.ts", "./b.ts"), undefined);
  assertEquals(checkImport("src/connection/a.ts", "../handshake/b.ts"), undefined);
  assertEquals(checkImport("src/handshake/a.ts", "@std/encoding/base64"), undefined);
  assertEquals(checkImport("src/runtime/node.ts", "node:net"), undefined);
  assertEquals(checkImport("src/hub/nats_link.ts", "@nats-io/kv"), undefined);
});

test("checkImport() refuses arrows up, sideways and outside", () => {
  assert(checkImport("src/protocol/a.ts", "../handshake/b.ts"));
  assert(checkImport("src/hub/a.ts", "../runtime/b.ts"));
  assert(checkImport("src/hub/hub.ts", "@nats-io/kv"));
  assert(checkImport("src/connection/a.ts", "../../mod.ts"));
  assert(checkImport("src/connection/a.ts", "node:net"));
  assert(checkImport("src/connection/a.ts", "@std/assert"));
  assert(checkImport("src/other/a.ts", "./b.ts"));
});

test("readImports() finds imports and re-exports, and none in comments", () => {
  const source = `
    /** import { a } from "commented"; */
    // import "commented";
    import { a, type B } from "one";
    import type { C } from './two.ts';
    export * from "three";
    import "four";
    type D = import("five").D;
  `;
  assertEquals(readImports(source), ["one", "./two.ts", "three", "four", "five"]);
});
