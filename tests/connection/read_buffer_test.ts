import { test } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { ReadBuffer } from "../../src/connection/read_buffer.ts";

const small = 4096;
/** 64 KiB, behind the longest header that announces them. */
const large = 65536 + 14;

/** A read of so many bytes; returns the size of the next buffer. */
function read(buffer: ReadBuffer, length: number): number {
  buffer.fit(buffer.bytes.subarray(0, length));
  return buffer.bytes.length;
}

test("ReadBuffer is small until a read fills it", () => {
  const buffer = new ReadBuffer();
  assertEquals(buffer.bytes.length, small);
  assertEquals(read(buffer, small - 1), small);
  assertEquals(read(buffer, small), large);
});

test("ReadBuffer is small again after 16 small reads in a row", () => {
  const buffer = new ReadBuffer();
  read(buffer, small);
  for (let count = 0; count < 15; count++) assertEquals(read(buffer, small), large);
  assertEquals(read(buffer, small + 1), large);
  for (let count = 0; count < 15; count++) assertEquals(read(buffer, 1), large);
  assertEquals(read(buffer, 1), small);
});

test("ReadBuffer gives the same memory again where its size stays", () => {
  const buffer = new ReadBuffer();
  const { bytes } = buffer;
  read(buffer, 10);
  assertStrictEquals(buffer.bytes, bytes);
});

test("ReadBuffer follows its memory where a read has moved it", () => {
  const buffer = new ReadBuffer();
  const { bytes } = buffer;
  const moved = structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  assertEquals(bytes.length, 0);
  buffer.fit(moved.subarray(0, 10));
  assertStrictEquals(buffer.bytes.buffer, moved.buffer);
  assertEquals(buffer.bytes.length, small);
});
