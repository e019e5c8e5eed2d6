import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { isRecoverable } from "../../src/connection/is_recoverable.ts";
import { computeReconnectDelay } from "../../src/connection/reconnect_delay.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { FlakyNetwork } from "../kit/flaky_network.ts";
import { settle } from "../kit/held_connection.ts";

/** The error of a handshake that was refused. */
function createRefusal(status: number, headers?: Record<string, string>): HandshakeError {
  return new HandshakeError(`Cannot connect: the server answered ${status}`, {
    status,
    statusText: "",
    headers: new Headers(headers),
  });
}

const lost = { closeCode: 1006, reason: "", wasClean: false };

test("the delay is anything from 0 to a bound that doubles with each failure, up to a limit", () => {
  const options = { baseDelay: 100, maxDelay: 1000, maxRetryAfter: 0 };
  for (
    const [failures, bound] of [[1, 100], [2, 200], [3, 400], [4, 800], [5, 1000], [2000, 1000]] as const
  ) {
    assertEquals(computeReconnectDelay(failures, lost, { ...options, random: () => 0 }), 0);
    assertEquals(computeReconnectDelay(failures, lost, { ...options, random: () => 0.5 }), bound / 2);
    for (let round = 0; round < 100; round++) {
      const delay = computeReconnectDelay(failures, lost, { ...options, random: Math.random });
      assert(delay >= 0 && delay < bound);
    }
  }
});

test("the delay is no shorter than the Retry-After of a refusal, up to maxRetryAfter, and left to chance behind it", () => {
  const options = { baseDelay: 100, maxDelay: 1000, maxRetryAfter: 300_000 };
  const delay = (value: string, failures = 1, random = () => 0.5) => {
    const error = createRefusal(503, { "retry-after": value });
    return computeReconnectDelay(failures, { ...lost, error }, { ...options, random });
  };
  assertEquals(delay("120"), 120_050);
  for (const value of ["300", "301", "99999999", "9".repeat(400)]) assertEquals(delay(value), 300_050);
  assertEquals([delay("0"), delay("0", 2000), delay("1", 2000)], [50, 500, 1050]);
  for (const value of ["Fri, 31 Dec 1999 23:59:59 GMT", "-1", "1.5", "", "soon"]) {
    assertEquals([delay(value), delay(value, 3)], [50, 200]);
  }
  const delays = new Set(Array.from({ length: 100 }, () => delay("120", 1, Math.random)));
  assert(delays.size > 1);
  for (const milliseconds of delays) assert(milliseconds >= 120_000 && milliseconds < 120_100);
});

test("maxRetryAfter bounds what a refusal asks for; by default it is five minutes", async () => {
  const error = createRefusal(429, { "retry-after": "86400" });
  for (const [options, delay] of [[{}, 300_500], [{ maxRetryAfter: 2000 }, 2500]] as const) {
    const network = new FlakyNetwork(options);
    await network.refuse(error);
    assertEquals(network.ends, [[1006, delay]]);
    await network.pass(delay);
    assertEquals(network.attempts.length, 2);
    network.client.abort();
    await network.assertGone();
  }
});

test("isRecoverable() goes by the close code", () => {
  const codes = [
    1000,
    1001,
    1002,
    1003,
    1005,
    1006,
    1007,
    1008,
    1009,
    1010,
    1011,
    1012,
    1013,
    1014,
    1015,
    3000,
    4401,
  ];
  const recoverable = codes.filter((closeCode) => isRecoverable({ closeCode, reason: "", wasClean: true }));
  assertEquals(recoverable, [1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 4401]);
});

test("isRecoverable() goes by the status of a refusal", () => {
  const statuses = [200, 301, 400, 401, 403, 404, 408, 410, 425, 426, 429, 431, 499, 500, 502, 503];
  const recoverable = statuses.filter((status) => isRecoverable({ ...lost, error: createRefusal(status) }));
  assertEquals(recoverable, [200, 301, 408, 425, 429, 500, 502, 503]);
  assertEquals(isRecoverable({ ...lost, error: new HandshakeError("no answer") }), true);
  assertEquals(isRecoverable({ ...lost, error: new TypeError("fetch failed") }), true);
});

test("attempts follow each other after growing delays, and no sooner", async () => {
  const network = new FlakyNetwork({ baseDelay: 100, maxDelay: 500 });
  for (const delay of [50, 100, 200, 250, 250]) {
    await network.refuse();
    const count = network.attempts.length;
    await network.pass(delay - 1);
    assertEquals(network.attempts.length, count);
    await network.pass(1);
    assertEquals(network.attempts.length, count + 1);
  }
  assertEquals(network.ends, [50, 100, 200, 250, 250].map((delay) => [1006, delay]));
  network.client.abort();
  await network.assertGone();
});

test("the backoff begins anew behind a connection that lasted, and goes on behind one that did not", async () => {
  const network = new FlakyNetwork({ stableAfter: 5000 });
  await network.refuse();
  await network.pass(500);
  await network.refuse();
  await network.pass(1000);
  const short = await network.accept();
  await network.pass(4999);
  await network.drop(short, 1012);
  await network.pass(2000);
  const long = await network.accept();
  await network.pass(5000);
  await network.drop(long, 1012);
  assertEquals(network.ends, [[1006, 500], [1006, 1000], [1012, 2000], [1012, 500]]);
  network.client.abort();
  await network.assertGone();
});

test("retry() ends the waiting at once, and does nothing at any other time", async () => {
  const network = new FlakyNetwork();
  network.client.retry();
  await network.refuse();
  assertEquals(network.clock.pending, 1);
  network.client.retry();
  network.client.retry();
  const server = await network.accept();
  assertEquals(network.attempts.length, 2);
  network.client.retry();
  await settle();
  assertEquals(network.attempts.length, 2);
  await network.client.close();
  assertEquals((await server.closed).closeCode, 1000);
  network.client.retry();
  await network.assertGone();
});

test("maxRetries failures in a row are the end, with the last of them", async () => {
  for (const maxRetries of [0, 2]) {
    const network = new FlakyNetwork({ maxRetries });
    for (let attempt = 0; attempt <= maxRetries; attempt++) {
      await network.refuse(new Error(`${attempt}`));
      if (attempt < maxRetries) await network.pass(30_000);
    }
    const { closeCode, wasClean, error } = await network.client.closed;
    assertEquals([closeCode, wasClean, (error as Error).message], [1006, false, `${maxRetries}`]);
    assertEquals(network.attempts.length, maxRetries + 1);
    assertEquals(network.ends.at(-1), [1006, undefined]);
    await network.assertGone();
  }
});

test("an attempt that takes longer than connectTimeout is given up, and what comes of it is torn down", async () => {
  const network = new FlakyNetwork({ connectTimeout: 2000 });
  await network.pass(2000);
  const late = network.attempts[0]!;
  assertEquals([late.signal.aborted, (late.signal.reason as Error).name], [true, "TimeoutError"]);
  assertEquals((network.infos[0]?.error as Error).name, "TimeoutError");
  const server = await network.accept();
  assertEquals((await server.closed).closeCode, 1006);
  await network.pass(500);
  assertEquals(network.attempts.length, 2);
  network.client.abort();
  await network.assertGone();
});

test("connectTimeout includes onOpen", async () => {
  const network = new FlakyNetwork({ connectTimeout: 2000, onOpen: () => new Promise(() => {}) });
  const server = await network.accept();
  await network.pass(2000);
  assertEquals((await server.closed).closeCode, 1006);
  assertEquals((network.infos[0]?.error as Error).name, "TimeoutError");
  network.client.abort();
  await network.assertGone();
});
