import { test } from "node:test";
import { assertRejects } from "@std/assert";
import { openWebSocket } from "../../../src/runtime/node.ts";
import { certificate } from "../../kit/certificate.ts";
import { testDialer } from "../../kit/dial_cases.ts";

testDialer("openWebSocket() of ./node", {
  open: openWebSocket,
  trusting: { ca: certificate },
  leavesTls: true,
});

test("openWebSocket() of ./node refuses certificates that are none", async () => {
  const tls = { cert: "none", key: "none" };
  await assertRejects(() => openWebSocket("wss://127.0.0.1:1/", { tls }), TypeError, "Cannot use tls");
});
