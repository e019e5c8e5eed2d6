import { test } from "node:test";
import { assertRejects } from "@std/assert";
import { openWebSocket } from "../../../src/runtime/bun.ts";
import { openWebSocket as openByNode } from "../../../src/runtime/node.ts";
import { certificate } from "../../kit/certificate.ts";
import { testDialer } from "../../kit/dial_cases.ts";

const trusting = { ca: certificate };

testDialer("openWebSocket() of ./bun", { open: openWebSocket, trusting, leavesTls: true });
testDialer("openWebSocket() of ./node", { open: openByNode, trusting, leavesTls: true });

test("openWebSocket() of ./bun refuses certificates that are none", async () => {
  const tls = { ca: "none" };
  await assertRejects(() => openWebSocket("wss://127.0.0.1:1/", { tls }), TypeError, "Cannot use tls");
});
