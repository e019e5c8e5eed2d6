import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { pakoCodec } from "../../src/deflate/pako_codec.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";

const ranges = {
  threshold: [0, Number.MAX_SAFE_INTEGER],
  level: [0, 9],
  memLevel: [1, 9],
  sendWindowBits: [8, 15],
  receiveWindowBits: [8, 15],
} as const;

test("permessageDeflate() takes numbers in their range and throws for any other", () => {
  for (const [name, [least, most]] of Object.entries(ranges)) {
    for (const value of [least, most, undefined]) permessageDeflate({ [name]: value });
    for (const value of [least - 1, most + 1, NaN, Infinity, 8.5]) {
      assertThrows(() => permessageDeflate({ [name]: value }), RangeError, `Cannot use ${name}`);
    }
    for (const value of ["9", true, null, 9n]) {
      assertThrows(
        () => permessageDeflate({ [name]: value } as DeflateOptions),
        TypeError,
        `Cannot use ${name}`,
      );
    }
  }
});

test("permessageDeflate() throws for what is no boolean and for what is no codec", () => {
  for (const name of ["compress", "sendTakeover", "receiveTakeover"]) {
    for (const value of [true, false, undefined]) permessageDeflate({ [name]: value });
    for (const value of [0, 1, "true", null]) {
      assertThrows(
        () => permessageDeflate({ [name]: value } as DeflateOptions),
        TypeError,
        `Cannot use ${name}`,
      );
    }
  }
  permessageDeflate({ codec: pakoCodec });
  const { createDeflater, createInflater } = pakoCodec;
  for (const codec of ["zlib", 1, {}, { createDeflater }, { createInflater }]) {
    assertThrows(
      () => permessageDeflate({ codec } as unknown as DeflateOptions),
      TypeError,
      "Cannot use codec",
    );
  }
});

test("permessageDeflate() is an extension by its registered name (RFC 7692 §11.1)", () => {
  assertEquals(permessageDeflate().name, "permessage-deflate");
});
