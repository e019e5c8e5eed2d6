import { test } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  normaliseLabel,
  readHubReply,
  readHubRequest,
  writeHubReply,
  writeHubRequest,
  writeTopicMessage,
} from "../../src/hub/application_protocol.ts";

function codeOf(text: string): [number | null, string] {
  const read = readHubRequest(text);
  assert("error" in read, text.slice(0, 100));
  return [read.id, read.error.code];
}

test("every kind of request is read as it was written", () => {
  const login = { type: "login", version: 1, name: "ann", presence: true } as const;
  const subscribe = { type: "subscribe", topic: "news", presence: true } as const;
  for (
    const request of [
      login,
      subscribe,
      { type: "echo", data: [1, { two: null }] },
      { type: "send", to: "bob", data: "hello" },
      { type: "unsubscribe", topic: "news" },
      { type: "publish", topic: "news", data: false },
      { type: "list", topic: "news" },
    ] as const
  ) {
    assertEquals(readHubRequest(writeHubRequest(7, request)), { id: 7, request });
  }
  assertEquals(readHubRequest(`{"id":0,"type":"list"}`), {
    id: 0,
    request: { type: "list", topic: undefined },
  });
  assertEquals(readHubRequest(`{"id":1,"type":"subscribe","topic":"a","more":[]}`), {
    id: 1,
    request: { type: "subscribe", topic: "a", presence: false },
  });
  assertEquals(readHubRequest(`{"id":1,"type":"echo","data":null}`), {
    id: 1,
    request: { type: "echo", data: null },
  });
});

test("what is no request is malformed, and keeps its id where it has one (K9)", () => {
  const texts = [
    "",
    " ",
    "{",
    "null",
    "1",
    `"text"`,
    "[]",
    `[{"id":1}]`,
    "{}",
    "\0",
    "NaN",
    ` {"id":1,"type":"list"}x`,
    `{"type":"list","id":1`,
    `{"id":-1,`,
    `{"id":99999999999999999,`,
    `{"id":9999999999999999,`,
  ];
  for (const text of texts) assertEquals(codeOf(text), [null, "malformed"], text);
  // Where a text begins with it, the id is known whatever follows.
  for (const rest of [`"type":"list"}x`, "", "\0", `"data":${"[".repeat(50_000)}`]) {
    assertEquals(codeOf(`{"id":17,${rest}`), [17, "malformed"], rest.slice(0, 20));
  }
  for (const id of ["-1", "1.5", `"1"`, "null", "1e99", "[]", "{}", "true", "9007199254740992"]) {
    assertEquals(codeOf(`{"id":${id},"type":"list"}`), [null, "malformed"], id);
  }
  for (const type of ["1", "null", "[]", "{}", `["list"]`]) {
    assertEquals(codeOf(`{"id":1,"type":${type}}`), [1, "malformed"], type);
  }
  assertEquals(codeOf(`{"id":1}`), [1, "malformed"]);
  for (const type of ["", "LOGIN", "__proto__", "constructor", "toString", "ok"]) {
    assertEquals(codeOf(JSON.stringify({ id: 1, type })), [1, "unknown-type"], type);
  }
});

test("a field that is missing or of another type is malformed (K9)", () => {
  const wrong = [1, null, true, [], {}, undefined];
  for (const value of wrong) {
    for (const type of ["subscribe", "unsubscribe"]) {
      assertEquals(codeOf(JSON.stringify({ id: 1, type, topic: value })), [1, "malformed"]);
    }
    assertEquals(codeOf(JSON.stringify({ id: 1, type: "publish", topic: value, data: 1 })), [1, "malformed"]);
    assertEquals(codeOf(JSON.stringify({ id: 1, type: "send", to: value, data: 1 })), [1, "malformed"]);
    assertEquals(codeOf(JSON.stringify({ id: 1, type: "login", version: 1, name: value })), [1, "malformed"]);
    if (value === undefined) continue;
    assertEquals(codeOf(JSON.stringify({ id: 1, type: "list", topic: value })), [1, "malformed"]);
    if (value === true) continue;
    assertEquals(
      codeOf(JSON.stringify({ id: 1, type: "subscribe", topic: "a", presence: value })),
      [1, "malformed"],
    );
  }
  assertEquals(codeOf(`{"id":1,"type":"login","version":"1","name":"ann"}`), [1, "malformed"]);
  for (const type of ["echo", "send", "publish"]) {
    assertEquals(codeOf(JSON.stringify({ id: 1, type, to: "a", topic: "a" })), [1, "malformed"]);
  }
});

test("fields that everything inherits are nobody's fields (K9)", () => {
  assertEquals(codeOf(`{"id":1,"__proto__":{"type":"list"}}`), [1, "malformed"]);
  assertEquals(codeOf(`{"id":1,"type":"echo","__proto__":{"data":1}}`), [1, "malformed"]);
});

test("data nested ten thousand deep, or ten megabytes long, makes nothing throw (K9)", () => {
  const deep = `{"id":1,"type":"echo","data":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
  assertEquals(readHubRequest(deep).id === 1 || readHubRequest(deep).id === null, true);
  assertEquals(codeOf("[".repeat(10_000_000)), [null, "malformed"]);
  assertEquals(readHubRequest(`{"id":1,"type":"echo","data":"${"x".repeat(10_000_000)}"}`).id, 1);
});

test("a reply is read as it was written, and nothing else is one", () => {
  const reply = { type: "message", topic: "a", from: "ann", data: { any: ["JSON"] } } as const;
  assertEquals(readHubReply(writeHubReply(reply)), reply);
  assertEquals(readHubReply(writeTopicMessage("a", 1)), { type: "message", topic: "a", data: 1 });
  for (const text of ["", "null", "[]", "{}", `{"type":1}`]) {
    assertEquals(readHubReply(text), undefined, text);
  }
});

test("writing data that contains itself throws, as JSON does", () => {
  const data: { self?: unknown } = {};
  data.self = data;
  assertThrows(() => writeTopicMessage("a", data as never), TypeError);
});

test("names and topics are normalised, and hold nothing that cannot be seen", () => {
  for (
    const label of ["ann", "Ann Lee", "Zoë", "李雷", "محمد", "😀", "a.b*c>", "__proto__", "\u0301", "a/b"]
  ) {
    assertEquals(normaliseLabel(label), label.normalize("NFC"));
  }
  assertEquals(normaliseLabel("Zoe\u0308"), "Zoë");
  assertEquals(normaliseLabel("\u212b"), "\u00c5");
  for (
    const label of [
      "",
      " ",
      " ann",
      "ann ",
      "a\nb",
      "a\0",
      "\x7f",
      "\u0085",
      "a\u200bb",
      "a\u200db",
      "\u202eann",
      "\ufeffann",
      "a\u00a0b",
      "a\u2028b",
      "\u3000",
      "\ue000",
      "\ud800",
      "\udc00x",
      "\u{e0041}",
      "x".repeat(1_000_000),
    ]
  ) {
    assertEquals(normaliseLabel(label), undefined, JSON.stringify(label).slice(0, 20));
  }
});
