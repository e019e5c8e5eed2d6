import { once } from "node:events";
import { createServer, type Http2Session } from "node:http2";
import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { attachWebSocket, connectHttp2 } from "../../../src/runtime/node.ts";
import { listen, openSession } from "../../kit/node_adapters.ts";
import { testNodeHttp2 } from "../../kit/node_http2_contract.ts";

testNodeHttp2();

test("a session with WebSockets has a window of 1 MiB on both sides, a stream its own (RFC 9113 §6.9)", async () => {
  const server = createServer();
  attachWebSocket(server, { onMessage: (message, connection) => connection.send(message) });
  const accepted = once(server, "session") as Promise<[Http2Session]>;
  const port = await listen(server);
  const session = openSession(port);
  const connection = await connectHttp2(`ws://127.0.0.1:${port}/`, { session });
  const [other] = await accepted;
  for (const { state, localSettings } of [session, other]) {
    assertEquals([state.effectiveLocalWindowSize, localSettings.initialWindowSize], [1024 * 1024, 65535]);
  }
  await connection.close();
  session.close();
  server.close();
});
