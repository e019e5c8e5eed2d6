import { test } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { computeAcceptKey, createKey } from "../../src/handshake/accept_key.ts";
import { exampleAccept, exampleKey } from "../kit/heads.ts";

test("computeAcceptKey() answers the example of RFC 6455 §1.3", async () => {
  assertEquals(await computeAcceptKey(exampleKey), exampleAccept);
});

test("computeAcceptKey() takes the key literally, unused bits of its last character included (§4.2.2)", async () => {
  assertEquals(await computeAcceptKey("dGhlIHNhbXBsZSBub25jZR==") === exampleAccept, false);
});

test("createKey() makes 1000 different keys of 16 bytes, none by Math.random (§4.1 (7))", () => {
  const random = Math.random;
  Math.random = () => {
    throw new Error("Math.random is no source of keys");
  };
  try {
    const keys = Array.from({ length: 1000 }, createKey);
    for (const key of keys) assertMatch(key, /^[\dA-Za-z+/]{21}[AQgw]==$/);
    assertEquals(new Set(keys).size, 1000);
  } finally {
    Math.random = random;
  }
});
