import { assert, assertEquals } from "@std/assert";
import { test } from "node:test";
import { catalogue, selectCases } from "@weft/websocket/testing/conformance";
import { corpora } from "../../src/testing/conformance/corpora.ts";

/** How many cases each group has. */
const counts = {
  "1.1": 8,
  "1.2": 8,
  "2": 11,
  "3": 7,
  "4.1": 5,
  "4.2": 5,
  "5": 20,
  "6.1": 3,
  "6.2": 4,
  "6.3": 2,
  "6.4": 4,
  "6": 13 + 132,
  "7.1": 6,
  "7.3": 6,
  "7.5": 1,
  "7.7": 13,
  "7.9": 9,
  "7.13": 2,
  "9.1": 6,
  "9.2": 6,
  "9.3": 9,
  "9.4": 9,
  "9.5": 6,
  "9.6": 6,
  "9.7": 6,
  "9.8": 6,
  "10.1": 1,
  "12": 90,
  "13": 126,
} as const;

test("The catalogue has 301 cases on RFC 6455 and 216 on RFC 7692, each with a number of its own", () => {
  for (const [group, count] of Object.entries(counts)) {
    assertEquals(selectCases([group]).length, count, group);
  }
  assertEquals(selectCases(["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]).length, 301);
  assertEquals(selectCases(["12.*", "13.*"]).length, 216);
  assertEquals(catalogue.length, 517);
  assertEquals(new Set(catalogue.map(({ id }) => id)).size, 517);
  assertEquals(catalogue.at(-1)!.id, "13.7.18");
});

test("Cases are chosen by number, by group and by pattern", () => {
  assertEquals(selectCases(["7.1.3"]).map(({ id }) => id), ["7.1.3"]);
  assertEquals(selectCases(["7.1", "7.1.*"]).length, 6);
  assertEquals(selectCases(["*"]).length, 517);
  assertEquals(selectCases(["7.1.33", "8"]), []);
});

test("The corpora are large enough for every message, and those of text are ASCII", () => {
  for (const { title, type, bytes } of Object.values(corpora)) {
    assert(bytes.length > 200_000 && bytes.length < 1_000_000, `${title}: ${bytes.length} bytes`);
    if (type === "text") assert(bytes.every((byte) => byte < 128), title);
  }
});
