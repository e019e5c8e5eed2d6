import { test } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { createWebSocketPair } from "../../src/connection/create_web_socket_pair.ts";
import { toWebSocket } from "../../src/connection/to_web_socket.ts";
import { toWebSocketClass } from "../../src/connection/to_web_socket_class.ts";
import { nextEvent } from "../kit/socket_events.ts";

class Greeter extends RpcTarget {
  greet(name: string): string {
    return `Hello ${name}`;
  }

  async countTo(limit: number, tell: (count: number) => Promise<void>): Promise<number> {
    for (let count = 1; count <= limit; count++) await tell(count);
    return limit;
  }
}

/** Does something where there is a global `WebSocket`: capnweb looks up a constant of it, and Node has had it since 22 only. */
function withGlobalClass<Value>(act: () => Value): Value {
  if (typeof WebSocket === "function") return act();
  const global = globalThis as { WebSocket?: unknown };
  global.WebSocket = toWebSocketClass(() => Promise.reject(new Error("no network")));
  try {
    return act();
  } finally {
    // Other tests ask whether there is one.
    delete global.WebSocket;
  }
}

/** Two ends of one connection; the one that begins may still be connecting. */
function createPeers(connecting = false) {
  const [client, server] = createWebSocketPair();
  const near = toWebSocket(connecting ? Promise.resolve(client) : client);
  const far = toWebSocket(server);
  return withGlobalClass(() => {
    newWebSocketRpcSession(far, new Greeter());
    return { near, far, greeter: newWebSocketRpcSession<Greeter>(near) };
  });
}

test("capnweb: calls and callbacks over toWebSocket() at both ends", async () => {
  const { near, far, greeter } = createPeers();
  assertEquals(await greeter.greet("Größe"), "Hello Größe");
  const counts: number[] = [];
  assertEquals(await greeter.countTo(50, (count) => void counts.push(count) as unknown as Promise<void>), 50);
  assertEquals(counts.length, 50);
  const closed = Promise.all([nextEvent(near, "close"), nextEvent(far, "close")]);
  near.close(1000);
  await closed;
});

test("capnweb: calls made while the socket is still connecting wait for it", async () => {
  const { near, far, greeter } = createPeers(true);
  assertEquals(near.readyState, near.CONNECTING);
  assertEquals(
    await Promise.all([greeter.greet("a"), greeter.greet("b")]),
    ["Hello a", "Hello b"],
  );
  const closed = nextEvent(far, "close");
  near.close(1000);
  await closed;
});

test("capnweb: a connection that ends fails the calls under way", async () => {
  const { near, far, greeter } = createPeers();
  assertEquals(await greeter.greet("first"), "Hello first");
  const waiting = greeter.countTo(1, () => new Promise(() => {}));
  const failed = assertRejects(async () => await waiting, Error, "Peer closed WebSocket: 4000 enough");
  const closed = nextEvent(near, "close");
  far.close(4000, "enough");
  await failed;
  await closed;
});
