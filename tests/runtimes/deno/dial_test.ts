import { test } from "node:test";
import { assertRejects } from "@std/assert";
import { openWebSocket } from "../../../src/runtime/deno.ts";
import { openWebSocket as openByNode } from "../../../src/runtime/node.ts";
import { certificate } from "../../kit/certificate.ts";
import { testDialer } from "../../kit/dial_cases.ts";

testDialer("openWebSocket() of ./deno", {
  open: openWebSocket,
  trusting: { caCerts: [certificate] },
  // Deno closes its end of such a connection when the server says something, or leaves.
  leavesTls: false,
});
testDialer("openWebSocket() of ./node", { open: openByNode, trusting: { ca: certificate }, leavesTls: true });

test("openWebSocket() of ./deno refuses certificates that are none", async () => {
  const tls = { cert: "none", key: "none" };
  await assertRejects(() => openWebSocket("wss://127.0.0.1:1/", { tls }), TypeError, "Cannot use tls");
});
