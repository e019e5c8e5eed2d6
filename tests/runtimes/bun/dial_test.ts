import { openWebSocket } from "../../../src/runtime/bun.ts";
import { openWebSocket as openByNode } from "../../../src/runtime/node.ts";
import { certificate } from "../../kit/certificate.ts";
import { testDialer } from "../../kit/dial_cases.ts";

const trusting = { ca: certificate };

testDialer("openWebSocket() of ./bun", { open: openWebSocket, trusting, leavesTls: true });
testDialer("openWebSocket() of ./node", { open: openByNode, trusting, leavesTls: true });
