import { testNodeAttachments } from "../../kit/node_attach_contract.ts";

const stalled = "holds 10 000 messages back from a client that does not read, and no other";
const reason = "Deno's node:tls reads on while a socket is paused; Deno.connectTls does not";

testNodeAttachments({
  [`node:https: ${stalled}`]: reason,
  [`HTTP/1.1 on a server of node:http2: ${stalled}`]: reason,
});
