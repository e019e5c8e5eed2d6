import { test } from "node:test";
import process from "node:process";
import { assert } from "@std/assert";
import { WebSocketEngine } from "../../../src/protocol/web_socket_engine.ts";

test("an engine whose output is taken, and never confirmed, leaves it to the garbage", () => {
  const engine = new WebSocketEngine({ role: "server" });
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let count = 0; count < 512; count++) {
    for (let message = 0; message < 100; message++) engine.send("x".repeat(10_000));
    engine.takeOutput();
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  // 488 MiB have gone through.
  assert(most < 200 * 1024 * 1024, `${most} bytes are held`);
});
