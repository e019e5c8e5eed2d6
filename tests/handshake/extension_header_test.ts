import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { AgreedExtension, Extension, ExtensionParameters } from "../../src/protocol/extension.ts";
import { formatExtensions, parseExtensions } from "../../src/handshake/extension_header.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { fieldsOf, readRequest, requestText } from "../kit/heads.ts";

function agreed(name: string, parameters: ExtensionParameters): AgreedExtension {
  return {
    name,
    parameters,
    createCodec() {
      throw new Error("the handshake needs no codec");
    },
  };
}

/** An extension that takes the offers it is told to, and remembers all that it was offered. */
function createExtension(
  name: string,
  takes: (offer: ExtensionParameters) => ExtensionParameters | undefined,
) {
  const offers: ExtensionParameters[] = [];
  const extension: Extension = {
    name,
    offer: () => [],
    confirm: () => undefined,
    accept(offer) {
      offers.push(offer);
      const parameters = takes(offer);
      return parameters && agreed(name, parameters);
    },
  };
  return { extension, offers };
}

function answer(header: string | readonly string[] | undefined, ...extensions: Extension[]) {
  return answerUpgrade(readRequest(requestText({ "Sec-WebSocket-Extensions": header })), { extensions });
}

test("parseExtensions() reads elements with parameters in their order (RFC 6455 §9.1)", () => {
  assertEquals(parseExtensions(null), []);
  assertEquals(parseExtensions("foo"), [{ name: "foo", parameters: [] }]);
  assertEquals(parseExtensions("foo, bar; baz=2"), [
    { name: "foo", parameters: [] },
    { name: "bar", parameters: [["baz", "2"]] },
  ]);
  assertEquals(parseExtensions("a;x;x=1 ; y = 2\t,\ta"), [
    { name: "a", parameters: [["x", true], ["x", "1"], ["y", "2"]] },
    { name: "a", parameters: [] },
  ]);
  const values = ["7", "1000", "08", "0x0a", "1e1", "+10"];
  for (const value of values) {
    assertEquals(parseExtensions(`a; b=${value}`), [{ name: "a", parameters: [["b", value]] }]);
  }
});

test("parseExtensions() unquotes values (§9.1)", () => {
  assertEquals(parseExtensions('a; b="10"; c="\\1\\0"')?.[0]?.parameters, [["b", "10"], ["c", "10"]]);
  assertEquals(parseExtensions(`a; b="${"\\c".repeat(3000)}"`)?.[0]?.parameters, [["b", "c".repeat(3000)]]);
});

test("parseExtensions() takes prototype names for what they are", () => {
  assertEquals(parseExtensions("__proto__; constructor=1, toString"), [
    { name: "__proto__", parameters: [["constructor", "1"]] },
    { name: "toString", parameters: [] },
  ]);
});

test("parseExtensions() takes nothing malformed, quoted values that are no token included (§9.1)", () => {
  const headers = [
    "",
    " ",
    ",",
    "a,",
    ",a",
    "a,,b",
    "a;",
    "a; ;b",
    ";a",
    "a b",
    "a; b c",
    "a; b=",
    "a; b=c d",
    "a; b=c/d",
    "a; =c",
    "a=b",
    'a; b=""',
    'a; b="c d"',
    'a; b="c,d"',
    'a; b="c',
    'a; b="c\\',
    'a; b="c\\"',
    'a; b="c\\"d"',
    'a; b="\\\\"',
    'a; b="c"d',
    'a; b=c"d"',
    'a; "b"=c',
    '"a"',
    "a; b='c d'",
    "caf\xe9",
    "a; b=\xe9",
    "a/b",
    "a\xa0",
  ];
  for (const header of headers) assertEquals(parseExtensions(header), undefined, header);
});

test("parseExtensions() takes time linear in the header", () => {
  const blank = " ".repeat(2 ** 20);
  assertEquals(parseExtensions(`a${blank}x`), undefined);
  assertEquals(parseExtensions(`a;${blank}b${blank}=${blank}c${blank}x`), undefined);
  assertEquals(parseExtensions(`a; b="${"\\c".repeat(2 ** 20)}`), undefined);
  assertEquals(parseExtensions(`a; b="${"\\c".repeat(2 ** 20)}"`)?.length, 1);
  assertEquals(parseExtensions('a; b="'.repeat(2 ** 15)), undefined);
  assertEquals(
    parseExtensions(Array(2 ** 15).fill("a").join()),
    Array(2 ** 15).fill({ name: "a", parameters: [] }),
  );
});

test("formatExtensions() writes what parseExtensions() reads (§9.1)", () => {
  assertEquals(formatExtensions([]), "");
  for (const header of ["a", "a; b", "a; b=c; d, e; b=1; b"]) {
    assertEquals(formatExtensions(parseExtensions(header) ?? []), header);
  }
});

test("formatExtensions() refuses what is no token", () => {
  assertThrows(() => formatExtensions([agreed("a b", [])]), TypeError, "Cannot use extensions");
  assertThrows(() => formatExtensions([agreed("a", [["b;", true]])]), TypeError, "Cannot use extensions");
  assertThrows(() => formatExtensions([agreed("a", [["b\r\n", "c"]])]), TypeError, "Cannot use extensions");
  assertThrows(() => formatExtensions([agreed("a", [["b", "c\r\nd"]])]), TypeError, "Cannot use extensions");
  assertThrows(() => formatExtensions([agreed("a", [["b", ""]])]), TypeError, "Cannot use extensions");
});

test("answerUpgrade() answers 400 to a malformed header, whatever extensions it has (§9.1)", async () => {
  for (
    const header of ["", ",", "permessage-deflate;", "a; b=c/d", 'a; b="c', `a; b="${"\\c".repeat(3000)}`]
  ) {
    const error = await assertRejects(
      () => answer(header),
      HandshakeError,
      "Sec-WebSocket-Extensions is malformed",
    );
    assertEquals(error.status, 400);
  }
});

test("answerUpgrade() leaves out extensions it does not have", async () => {
  const { extension } = createExtension("other", () => []);
  for (const header of [undefined, "a; b", "__proto__; constructor=1, toString", "Other"]) {
    const { head, extensions } = await answer(header, extension);
    assertEquals(extensions, "");
    assertEquals(head.includes("Extensions"), false);
  }
});

test("answerUpgrade() takes the first offer that an extension does not decline", async () => {
  const { extension, offers } = createExtension(
    "a",
    (offer) => offer.length === 1 ? [["x", "9"], ["y", true]] : undefined,
  );
  const { head, extension: agreed, extensions } = await answer(
    ["b, a", "a; x=1, a; x=2"],
    extension,
  );
  assertEquals(offers, [[], [["x", "1"]]]);
  assertEquals(agreed?.name, "a");
  assertEquals(extensions, "a; x=9; y");
  assertEquals(fieldsOf(head).get("sec-websocket-extensions"), "a; x=9; y");
});

test("answerUpgrade() goes on without an extension when every offer is declined, however many", async () => {
  const { extension, offers } = createExtension("a", () => undefined);
  assertEquals((await answer(Array(300).fill("a").join(", "), extension)).extensions, "");
  assertEquals(offers.length, 300);
});

test("answerUpgrade() agrees on an extension once, however often it is offered", async () => {
  const { extension, offers } = createExtension("a", () => []);
  assertEquals((await answer(Array(300).fill("a").join(", "), extension)).extensions, "a");
  assertEquals(offers.length, 1);
});

test("answerUpgrade() answers 500 when an extension throws or answers what no header can say", async () => {
  const throwing = createExtension("a", () => {
    throw new Error("broken");
  });
  assertEquals((await assertRejects(() => answer("a", throwing.extension), HandshakeError)).status, 500);
  const injecting = createExtension("a", () => [["x", "1\r\nSet-Cookie: a"]]);
  assertEquals((await assertRejects(() => answer("a", injecting.extension), HandshakeError)).status, 500);
});
