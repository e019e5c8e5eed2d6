import { openWebSocket } from "../../../src/runtime/node.ts";
import { certificate } from "../../kit/certificate.ts";
import { testDialer } from "../../kit/dial_cases.ts";

testDialer("openWebSocket() of ./node", {
  open: openWebSocket,
  trusting: { ca: certificate },
  leavesTls: true,
});
