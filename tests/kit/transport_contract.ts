/**
 * The contract of `ByteTransport` as tests, for any transport that has a peer to talk to. Knows nothing of what is
 * between them.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { ByteTransport } from "../../src/connection/byte_transport.ts";
import { createRandom, createRandomBytes } from "./random.ts";
import { Recorder } from "./recorder.ts";

/** The other end, as plain as it gets. */
export interface TransportPeer {
  /** Resolves once the bytes are on their way. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the writing side. */
  end(): Promise<void>;
  /** The next bytes, or `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Tears everything down. Never throws. */
  close(): void;
}

/** A transport and its peer. */
export interface TransportAndPeer {
  readonly transport: ByteTransport;
  readonly peer: TransportPeer;
}

const hello = new TextEncoder().encode("Hello");
const world = new TextEncoder().encode("World");

/** More than any transport and both kernels' buffers hold at first; they hold more for a reader that keeps up. */
const tooMuch = 16 * 1024 * 1024;

/** Long enough for a transport to do what it must not. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

async function readAll(peer: TransportPeer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk; (chunk = await peer.read()) !== undefined;) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** `assertEquals` would print megabytes. */
function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  assertEquals(
    actual.findIndex((byte, index) => byte !== expected[index]),
    -1,
    "the first byte that differs",
  );
}

/** Rejects when a promise has not settled after 20 seconds, so that a transport that hangs ends its test only. */
async function hurry(promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Not done after 20 s")), 20_000);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Declares the tests of the contract for transports that `open()` makes.
 *
 * @param skipped Sentences that a runtime's own fault makes untrue, each with that fault.
 */
export function testTransportContract(
  name: string,
  open: () => Promise<TransportAndPeer>,
  skipped: Readonly<Record<string, string>> = {},
): void {
  function check(
    sentence: string,
    run: (recorder: Recorder, peer: TransportPeer, transport: ByteTransport) => Promise<void>,
  ): void {
    test(`${name} ${sentence}`, { skip: skipped[sentence] ?? false }, async () => {
      const { transport, peer } = await open();
      const recorder = new Recorder(transport);
      try {
        await hurry(run(recorder, peer, transport));
        transport.destroy();
        await hurry(recorder.until(() => recorder.has("closed")));
        await settle();
        assertEquals(recorder.violations, []);
      } finally {
        transport.destroy();
        peer.close();
      }
    });
  }

  check("is born paused and delivers once it is resumed", async (recorder, peer) => {
    await peer.write(hello);
    await peer.end();
    await settle();
    assertEquals(recorder.calls, []);
    recorder.resume();
    await recorder.until(() => recorder.has("end"));
    assertEquals(recorder.take(), hello);
  });

  check("delivers nothing between pause() and resume(), the end included", async (recorder, peer) => {
    recorder.resume();
    await peer.write(hello);
    await recorder.until(() => recorder.received === 5);
    recorder.pause();
    recorder.pause();
    await peer.write(world);
    await peer.end();
    await settle();
    recorder.resume();
    recorder.resume();
    await recorder.until(() => recorder.has("end"));
    assertEquals(recorder.take(), new TextEncoder().encode("HelloWorld"));
  });

  check("stops at once when pause() is called with a chunk in hand", async (recorder, peer) => {
    const bytes = createRandomBytes(1024 * 1024, 1);
    recorder.onBytes = () => {
      recorder.pause();
      setTimeout(() => recorder.resume(), 1);
    };
    recorder.resume();
    await Promise.all([peer.write(bytes).then(() => peer.end()), recorder.until(() => recorder.has("end"))]);
    assertSameBytes(recorder.take(), bytes);
  });

  check("does not deliver when pause() follows resume() in the same turn", async (recorder, peer) => {
    await peer.write(hello);
    recorder.resume();
    recorder.pause();
    await settle();
    assertEquals(recorder.calls, []);
    recorder.resume();
    await recorder.until(() => recorder.received === 5);
    assertEquals(recorder.take(), hello);
  });

  check("stops a peer that writes while it is paused", async (recorder, peer) => {
    let isTaken = false;
    const written = peer.write(new Uint8Array(tooMuch)).then(() => isTaken = true);
    await settle();
    assertEquals(isTaken, false);
    recorder.resume();
    await recorder.until(() => recorder.received === tooMuch);
    await written;
  });

  check("writes all chunks in order, empty ones too", async (recorder, peer, transport) => {
    await recorder.write(hello, new Uint8Array(0), world);
    await recorder.write();
    await recorder.write(new Uint8Array(0));
    await recorder.write(hello);
    transport.end();
    assertEquals(new TextDecoder().decode(await readAll(peer)), "HelloWorldHello");
  });

  check("writes the middle of a larger buffer", async (recorder, peer, transport) => {
    await recorder.write(createRandomBytes(100, 2).subarray(10, 20));
    transport.end();
    assertEquals(await readAll(peer), createRandomBytes(100, 2).slice(10, 20));
  });

  check(
    "says false and waits with drained() while the peer does not read",
    async (recorder, peer, transport) => {
      const bytes = createRandomBytes(tooMuch, 3);
      const written = recorder.write(bytes.subarray(0, 10), bytes.subarray(10));
      await settle();
      assertEquals(recorder.calls, []);
      const [all] = await Promise.all([readAll(peer), written.then(() => transport.end())]);
      assertEquals(recorder.calls, ["drained"]);
      assertSameBytes(all, bytes);
    },
  );

  check(
    "says the same behind writes that went through at once, each time again",
    async (recorder, peer, transport) => {
      const bytes = createRandomBytes(tooMuch, 6);
      for (let time = 0; time < 3; time++) {
        for (let at = 0; at < 30; at += 10) await recorder.write(bytes.subarray(at, at + 10));
        await settle();
        const before = recorder.calls.length;
        const written = recorder.write(bytes.subarray(30));
        await settle();
        if (time === 0) assertEquals(recorder.calls.slice(before), []);
        for (let read = 0; read < tooMuch;) read += (await peer.read())!.length;
        await written;
        if (time === 0) assertEquals(recorder.calls.slice(before), ["drained"]);
      }
      await recorder.write(bytes.subarray(0, 10));
      const written = recorder.write(bytes);
      transport.end();
      const [all] = await Promise.all([readAll(peer), written]);
      assertSameBytes(all.subarray(10), bytes);
    },
  );

  check("ends its writing side behind an unfinished write", async (recorder, peer, transport) => {
    const bytes = createRandomBytes(tooMuch, 4);
    const written = recorder.write(bytes);
    transport.end();
    transport.end();
    const [all] = await Promise.all([readAll(peer), written]);
    assertSameBytes(all, bytes);
  });

  check("goes on reading after end()", async (recorder, peer, transport) => {
    recorder.resume();
    transport.end();
    assertEquals(await peer.read(), undefined);
    await peer.write(hello);
    await recorder.until(() => recorder.received === 5);
    assertEquals(recorder.has("end"), false);
    await peer.end();
    await recorder.until(() => recorder.has("end"));
    assertEquals(recorder.take(), hello);
  });

  check("goes on writing after the peer's end", async (recorder, peer, transport) => {
    recorder.resume();
    await peer.end();
    await recorder.until(() => recorder.has("end"));
    await settle();
    assertEquals(recorder.calls, ["end"]);
    await recorder.write(hello);
    await recorder.write(world);
    transport.end();
    assertEquals(new TextDecoder().decode(await readAll(peer)), "HelloWorld");
  });

  check(
    "holds the end of a peer back that comes while it is paused and has ended itself",
    async (recorder, peer, transport) => {
      transport.end();
      await peer.end();
      assertEquals(await peer.read(), undefined);
      await settle();
      assertEquals(recorder.has("end"), false);
      recorder.resume();
      await recorder.until(() => recorder.has("end"));
    },
  );

  check("says closed() once, with the reason of the first destroy()", async (recorder, peer, transport) => {
    recorder.resume();
    const reason = new Error("enough");
    await peer.write(hello);
    await recorder.until(() => recorder.received === 5);
    transport.destroy(reason);
    transport.destroy(new Error("again"));
    await recorder.until(() => recorder.has("closed"));
    await settle();
    assertEquals(recorder.calls, ["bytes", "closed"]);
    assertStrictEquals(recorder.reason, reason);
  });

  check("takes every call after destroy() and does nothing", async (recorder, _peer, transport) => {
    transport.destroy();
    transport.pause();
    transport.resume();
    transport.write([hello]);
    transport.end();
    transport.destroy();
    await recorder.until(() => recorder.has("closed"));
    await settle();
    assertEquals(recorder.calls, ["closed"]);
    assertEquals(recorder.reason, undefined);
  });

  check("says nothing of a write or read that destroy() cuts off", async (recorder, peer, transport) => {
    recorder.resume();
    const written = recorder.write(new Uint8Array(tooMuch));
    peer.write(new Uint8Array(tooMuch)).catch(() => {});
    await recorder.until(() => recorder.has("bytes"));
    transport.destroy();
    await written;
    await settle();
    assertEquals(recorder.calls.filter((call) => call !== "bytes"), ["closed"]);
  });

  check("is seen to end by the peer when it is destroyed", async (_recorder, peer, transport) => {
    transport.destroy();
    // An end or an error, as the transport has it.
    while (await peer.read().catch(() => undefined) !== undefined);
  });

  check("says closed() when the peer is gone and bytes are written to it", async (recorder, peer) => {
    recorder.resume();
    await recorder.write(hello);
    // What lies unread there makes a TCP peer's farewell a reset.
    await settle();
    peer.close();
    for (let tries = 0; tries < 1000 && !recorder.has("closed"); tries++) {
      await recorder.write(hello);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert(recorder.has("closed"));
  });

  check("hands over to the next receiver", async (recorder, peer, transport) => {
    recorder.resume();
    await peer.write(hello);
    await recorder.until(() => recorder.received === 5);
    const next = new Recorder(transport);
    next.resume();
    await peer.write(world);
    await next.until(() => next.received === 5);
    await next.write(hello);
    transport.destroy();
    await next.until(() => next.has("closed"));
    assertEquals(next.take(), world);
    assertEquals(next.violations, []);
    assertEquals(recorder.take(), hello);
    // The first has nothing more to be told.
    assertEquals(recorder.calls, ["bytes"]);
    recorder.calls.push("closed");
  });

  check("carries 8 MiB each way at once under pauses at random", async (recorder, peer, transport) => {
    const random = createRandom(5);
    const [out, back] = [createRandomBytes(8 * 1024 * 1024, 6), createRandomBytes(8 * 1024 * 1024, 7)];
    recorder.onBytes = () => {
      if (random() < 0.9) return;
      recorder.pause();
      if (random() < 0.5) queueMicrotask(() => recorder.resume());
      else setTimeout(() => recorder.resume(), 1);
    };
    const writeOut = async () => {
      for (let offset = 0; offset < out.length;) {
        const chunks: Uint8Array[] = [];
        for (let count = random() * 4; count > 0; count--) {
          const length = Math.floor(random() < 0.5 ? random() * 200 : random() * 300_000);
          chunks.push(out.subarray(offset, offset + length));
          offset += length;
        }
        await recorder.write(...chunks);
      }
      transport.end();
    };
    const writeBack = async () => {
      for (let offset = 0; offset < back.length;) {
        const length = Math.floor(random() * 300_000);
        await peer.write(back.subarray(offset, offset + length));
        offset += length;
      }
      await peer.end();
    };
    recorder.resume();
    const [outcome] = await Promise.all([
      readAll(peer),
      writeOut(),
      writeBack(),
      recorder.until(() => recorder.has("end")),
    ]);
    assertSameBytes(outcome, out);
    assertSameBytes(recorder.take(), back);
  });
}
