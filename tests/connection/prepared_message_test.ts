import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createWebSocketPair, prepareMessage } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { WebSocketEngine } from "@weft/websocket/protocol";
import { MessageDeflate } from "../../src/deflate/message_deflate.ts";
import { concat } from "../kit/frames.ts";

test("a prepared message goes to many connections, text as text and binary as binary", async () => {
  for (const data of ["", "Hello", "κ".repeat(20_000), new Uint8Array(), new Uint8Array(70_000).fill(7)]) {
    const message = prepareMessage(data);
    for (let count = 0; count < 3; count++) {
      const [client, server] = createWebSocketPair();
      const sent = [
        server.send(message),
        server.send(message, { fragmentSize: 10_000 }),
        client.send(message),
      ];
      assertEquals(
        [await client.receive(), await client.receive(), await server.receive()],
        [data, data, data],
      );
      await Promise.all(sent);
      await client.close();
    }
  }
});

test("a prepared message is masked anew by each client (§5.3)", () => {
  const message = prepareMessage("Hello");
  const outputs = Array.from({ length: 8 }, () => {
    const client = new WebSocketEngine({ role: "client" });
    client.send(message);
    return `${concat(client.takeOutput())}`;
  });
  assert(new Set(outputs).size > 6);
});

test("a prepared message keeps its place among the others, and its bytes count against maxSendQueue", async () => {
  const [client, server] = createWebSocketPair({}, { maxSendQueue: 100_000 });
  const large = prepareMessage("x".repeat(90_000));
  const sent = [server.send("one"), server.send(large), server.send("three")];
  await assertRejects(() => server.send(large), RangeError, "wait already");
  const received = [await client.receive(), await client.receive(), await client.receive()];
  assertEquals(received, ["one", "x".repeat(90_000), "three"]);
  await Promise.all(sent);
  await client.close();
});

test("a prepared message is compressed once for all windows of a size, and later messages may refer to it", async () => {
  const text = JSON.stringify(Array.from({ length: 60 }, (_, id) => ({ id, name: `member ${id}` })));
  let encoded = 0;
  const { encodeShared } = MessageDeflate.prototype;
  MessageDeflate.prototype.encodeShared = function (payload: Uint8Array): Uint8Array {
    encoded++;
    return encodeShared.call(this, payload);
  };
  try {
    const pairs = Array.from({ length: 4 }, () => {
      const [client, server] = [permessageDeflate(), permessageDeflate()];
      const agreed = server.accept(client.offer()[0]!)!;
      return createWebSocketPair({ extension: client.confirm(agreed.parameters)! }, { extension: agreed });
    });
    const message = prepareMessage(text);
    for (const [client, server] of pairs) {
      await server.send("own words, before");
      await server.send(message);
      const before = server.stats.bytesSent;
      await server.send(text);
      assert(server.stats.bytesSent - before < 60, "the second time costs a reference");
      assertEquals([await client.receive(), await client.receive(), await client.receive()], [
        "own words, before",
        text,
        text,
      ]);
      await client.close();
    }
    assertEquals(encoded, 1);
  } finally {
    MessageDeflate.prototype.encodeShared = encodeShared;
  }
});

test("what is no message cannot be prepared", () => {
  for (const message of [undefined, null, 1, {}, []]) {
    assertThrows(() => prepareMessage(message as unknown as string), TypeError, "Cannot prepare");
  }
});
