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
