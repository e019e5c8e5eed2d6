import { test } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { WebSocketError } from "../../src/connection/web_socket_error.ts";
import { HeldConnection, settle, stateOf } from "../kit/held_connection.ts";

const reason = new Error("enough");

test("abort() tears the transport down at once, without a Close (RFC 6455 §7.2.1)", async () => {
  const held = new HeldConnection();
  held.connection.abort(reason);
  assertEquals(held.connection.readyState, "closed");
  assertStrictEquals(held.transport.reason, reason);
  assertEquals(await held.connection.closed, { closeCode: 1006, reason: "", wasClean: false, error: reason });
  assertEquals(held.sent(), []);
  held.assertGone();
});

test("abort() without a reason has no error", async () => {
  const held = new HeldConnection();
  held.connection.abort();
  assertEquals(await held.connection.closed, { closeCode: 1006, reason: "", wasClean: false });
});

test("abort() a second time, or behind a close, does nothing", async () => {
  const held = new HeldConnection();
  held.peerCloses(1000);
  held.transport.deliverEnd();
  const info = await held.connection.closed;
  held.connection.abort(reason);
  assertStrictEquals(await held.connection.closed, info);
  held.assertGone();
});

/** The states that a connection can be aborted in. */
const states: Record<string, (held: HeldConnection) => unknown> = {
  "just made": () => {},
  "open and idle": () => settle(),
  "open in the middle of a frame": async (held) => {
    await settle();
    held.transport.deliver(held.encode("text", "Hello").slice(0, 7));
  },
  "open with unread messages": (held) => {
    for (let index = 0; index < 50; index++) held.peerSends("text", `${index}`);
    return settle();
  },
  "open in the middle of a send": async (held) => {
    await settle();
    held.transport.held = true;
    void held.connection.send(new Uint8Array(1_000_000));
  },
  "closing, our Close not sent": async (held) => {
    await settle();
    held.transport.held = true;
    void held.connection.close();
  },
  "closing, our Close sent": async (held) => {
    await settle();
    void held.connection.close();
  },
  "closing, the peer's Close answered": (held) => {
    held.peerCloses(1000);
    return settle();
  },
};

for (const [state, reach] of Object.entries(states)) {
  for (const way of ["abort()", "signal"] as const) {
    test(`${way} ends a connection that is ${state}, every promise settles and nothing stays`, async () => {
      const controller = new AbortController();
      const held = new HeldConnection({ signal: controller.signal });
      const { connection } = held;
      const promises: Promise<unknown>[] = [connection.closed];
      if (state !== "open with unread messages") promises.push(connection.receive());
      promises.push(connection.ping(), connection.send("a"), connection.send(new Uint8Array(300_000)));
      promises.push(connection.sendStream("text", new ReadableStream<string>()), connection.send("behind"));
      for (const promise of promises) promise.catch(() => {});
      await reach(held);
      promises.push(connection.ping());
      if (way === "signal") controller.abort(reason);
      else connection.abort(reason);
      assertEquals(connection.readyState, "closed");
      for (const promise of promises) assertEquals(await stateOf(promise) === "pending", false);
      held.peerSends("text", "late");
      held.transport.deliverEnd();
      held.transport.take();
      await settle();
      if (state !== "open with unread messages") assertEquals(await connection.receive(), undefined);
      await assertRejects(() => connection.send("late"), WebSocketError);
      await assertRejects(() => connection.ping(), WebSocketError);
      held.assertGone();
    });
  }
}

test("a signal that was aborted before ends the connection at once", async () => {
  const held = new HeldConnection({
    signal: AbortSignal.abort(reason),
    head: new HeldConnection().encode("text", "a"),
  });
  assertStrictEquals((await held.connection.closed).error, reason);
  assertEquals(await held.connection.receive(), undefined);
  held.assertGone();
});

test("a signal has no listener of a connection that has ended", async () => {
  const controller = new AbortController();
  let listeners = 0;
  const signal = new Proxy(controller.signal, {
    get(target, name) {
      if (name === "addEventListener") listeners++;
      if (name === "removeEventListener") listeners--;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const ends: ((held: HeldConnection) => void)[] = [
    (held) => held.connection.abort(),
    (held) => held.transport.fail(reason),
    (held) => held.transport.deliverEnd(),
    (held) => {
      held.peerCloses(1000);
      held.transport.deliverEnd();
    },
  ];
  for (const end of ends) {
    const held = new HeldConnection({ signal });
    await settle();
    assertEquals(listeners, 1);
    end(held);
    await held.connection.closed;
    assertEquals(listeners, 0);
  }
});

test("a send that waits rejects with what the connection was aborted with as its cause", async () => {
  const held = new HeldConnection();
  held.transport.held = true;
  const sent = held.connection.send(new Uint8Array(100_000));
  await settle();
  held.connection.abort(reason);
  const error = await assertRejects(() => sent, WebSocketError);
  assertStrictEquals(error.cause, reason);
});
