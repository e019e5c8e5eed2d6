import { test } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeBase64 } from "@std/encoding/base64";
import { runTests, test as collect, type TestEvent } from "./collector.ts";
import { findPeers } from "./read_environment.ts";

const rejections = new EventTarget();

async function run(load: () => void): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  await runTests({ "a_test.ts": async () => await load() }, (event) => events.push(event), rejections);
  return events;
}

test("runTests() reports tests in order, each begun before it ends", async () => {
  const calls: string[] = [];
  const events = await run(() => {
    collect("first", async () => {
      await Promise.resolve();
      calls.push("first");
    });
    collect("second", () => void calls.push("second"));
  });
  assertEquals(calls, ["first", "second"]);
  assertEquals(events.map((event) => event.type), ["start", "start", "result", "start", "result", "end"]);
  assertEquals(events[2], { type: "result", file: "a_test.ts", name: "first", status: "passed", detail: "" });
});

test("runTests() reports name, message and causes of what a test throws", async () => {
  const events = await run(() =>
    collect("fails", () => {
      throw new RangeError("too far", { cause: new Error("too fast") });
    })
  );
  const result = events[2]!;
  assert(result.type === "result");
  assertEquals(result.status, "failed");
  assertStringIncludes(result.detail, "RangeError: too far");
  assertStringIncludes(result.detail, "Caused by Error: too fast");
});

test("runTests() leaves a skipped test out and gives the reason", async () => {
  const events = await run(() =>
    collect("skipped", { skip: "no server" }, () => {
      throw new Error("ran");
    })
  );
  assertEquals(events[1], {
    type: "result",
    file: "a_test.ts",
    name: "skipped",
    status: "skipped",
    detail: "no server",
  });
});

test("runTests() reports a file that does not load, and one without a test", async () => {
  const events = await run(() => {
    throw new Error("no such module");
  });
  assertEquals(events.map((event) => event.type === "result" && event.status), [false, "failed", false]);
  const none = await run(() => {});
  assertEquals(none.map((event) => event.type === "result" && event.status), [false, "failed", false]);
});

test("runTests() fails the test in which a rejection goes unhandled", async () => {
  const reject = () =>
    rejections.dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason: "lost" }));
  const events = await run(() => {
    collect("rejects", () => void reject());
    collect("rejects after its end", () => void setTimeout(reject));
  });
  const results = events.filter((event) => event.type === "result");
  assertEquals(results.map(({ status }) => status), ["failed", "passed", "failed"]);
  assertEquals(results[0]!.detail, "Thrown: lost");
  assertStringIncludes(results[2]!.name, "unhandled rejection");
});

test("base64 and the peers are there on every runtime", () => {
  assertEquals(encodeBase64(new Uint8Array([251, 255])), "+/8=");
  assertStringIncludes(findPeers().nativeEcho, "ws://127.0.0.1:");
});
