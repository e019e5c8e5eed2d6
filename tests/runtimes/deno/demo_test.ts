import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connectWebSocket, type WebSocketConnection } from "../../../mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { programs } from "../../../tools/matrix/programs.ts";
import { resetConnection } from "./reset_connection.ts";
import { StartedServer } from "./started_server.ts";

/** What `tools/visit_demo.ts` saw of the page. */
interface Visit {
  /** Whatever went wrong in the page, or was asked of another host. */
  readonly problems: readonly string[];
  /** The status line after connecting, and after Disconnect was pressed. */
  readonly states: readonly string[];
  /** The log, a line a message, the newest first. */
  readonly log: readonly string[];
  /** Whether the page is wider than a narrow phone. */
  readonly overflows: boolean;
}

const uuid = "[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}";

async function connect(port: number): Promise<WebSocketConnection> {
  return await connectWebSocket(`ws://localhost:${port}/`, denoTransport(await Deno.connect({ port })));
}

/** Sends bytes, whatever they mean, and leaves. */
async function write(port: number, text: string | Uint8Array): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ port });
  await conn.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return conn;
}

const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

test("`deno task demo` echoes text and bytes, and prints each connection's id, opening and close", async () => {
  await using server = await StartedServer.startTask("demo");
  const connection = await connect(server.port);
  await connection.send("Hello");
  assertEquals(await connection.receive(), "Hello");
  await connection.send(Uint8Array.of(1, 2, 3));
  assertEquals(await connection.receive(), Uint8Array.of(1, 2, 3));
  await connection.close({ closeCode: 3001, reason: "enough\x1b[2J" });
  const { code, output } = await server.stop();
  assertEquals(code, 0);
  const [listening, opened, closed, stopping] = output.split("\n");
  assertEquals(listening, `Listening on http://localhost:${server.port}/`);
  assertMatch(opened!, new RegExp(`^${uuid} opened from 127\\.0\\.0\\.1$`));
  assertMatch(closed!, new RegExp(`^${uuid} closed with 3001 "enough\\\\x1b\\[2J" after 2 messages$`));
  assertEquals(opened!.slice(0, 36), closed!.slice(0, 36));
  assertEquals(stopping, "Stopping: 0 open");
});

test("the demo serves its page on the port of the echo", async () => {
  await using server = await StartedServer.startTask("demo");
  const url = `http://localhost:${server.port}/`;
  for (
    const [path, type] of [["", "text/html"], ["page.css", "text/css"], [
      "page.js",
      "text/javascript",
    ]] as const
  ) {
    const response = await fetch(`${url}${path}`);
    assertEquals([response.status, response.headers.get("content-type")], [200, `${type}; charset=utf-8`]);
    assert((await response.text()).length > 500);
  }
  const head = await fetch(url, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  for (const [path, method, status] of [["nothing", "GET", 404], ["", "POST", 405]] as const) {
    const response = await fetch(`${url}${path}`, { method });
    assertEquals(response.status, status);
    await response.body?.cancel();
  }
});

test("the demo's page works by keyboard on a narrow screen and fetches nothing from elsewhere", async () => {
  await using server = await StartedServer.startTask("demo");
  const visit = new Deno.Command(programs.deno, {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--no-check",
      "tools/visit_demo.ts",
      `http://localhost:${server.port}/`,
    ],
    stdin: "null",
    stderr: "inherit",
  });
  const { stdout } = await visit.output();
  const { problems, states, log, overflows }: Visit = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(problems, []);
  assertEquals(states, ["Connected", "Closed with 1000"]);
  assertEquals(overflows, false);
  const expected = ["42 79 74 65 73", "w".repeat(300), "Größe 👋🏽", "Hello"];
  for (const [index, message] of expected.entries()) {
    assertMatch(
      log[index]!,
      new RegExp(`Sent: ${message} \\d+ (?:chars|bytes) ← Reply: ${message} [\\d.]+ ms$`),
    );
  }
});

for (const signal of ["TERM", "INT"] as const) {
  test(`the demo closes every connection with 1001 on SIG${signal} and exits`, async () => {
    await using server = await StartedServer.startTask("demo");
    const connections = await Promise.all([connect(server.port), connect(server.port), connect(server.port)]);
    const { code, output } = await server.stop(signal);
    assertEquals(code, 0);
    for (const { closed } of connections) {
      const { closeCode, reason, wasClean } = await closed;
      assertEquals([closeCode, reason, wasClean], [1001, "The server is stopping", true]);
    }
    assertEquals(output.match(/Stopping: 3 open/g)?.length, 1);
    assertEquals(output.match(/closed with 1001/g)?.length, 3);
  });
}

test("the demo stops within the close timeout when clients neither read nor answer", async () => {
  await using server = await StartedServer.startTask("demo");
  const silent = await write(server.port, upgrade);
  await silent.read(new Uint8Array(1000));
  const stuck = await write(server.port, upgrade);
  await stuck.read(new Uint8Array(1000));
  // Masked by zeros; sent over and over until nothing more is taken.
  const message = new Uint8Array(8 + 65535);
  message.set([0x82, 0xfe, 0xff, 0xff]);
  const isStuck = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 1000));
  for (
    let at = 0, written;
    (written = await Promise.race([stuck.write(message.subarray(at)), isStuck])) !== undefined;
  ) {
    at = (at + written) % message.length;
  }
  const { code, output } = await server.stop();
  assertEquals(code, 0);
  assertMatch(output, /Stopping: 2 open/);
  silent.close();
  stuck.close();
});

test("no client takes the demo down, whatever it sends", async () => {
  await using server = await StartedServer.startTask("demo");
  const sent = [
    "",
    "\r\n\r\n",
    "GET / HTTP/1.1\r\nHos",
    "GET / HTTP/1.0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    upgrade.slice(0, 60),
    upgrade.replace("Version: 13", "Version: 12"),
    `${upgrade}\x81\x05Hello`,
    `${upgrade}${"\xff".repeat(100)}`,
    new Uint8Array(70_000).fill(0x16),
  ];
  for (const bytes of sent) {
    // Left at once, and only after the answer.
    (await write(server.port, bytes)).close();
    const conn = await write(server.port, bytes);
    await conn.closeWrite();
    const buffer = new Uint8Array(1000);
    while (await conn.read(buffer).catch(() => null) !== null);
    conn.close();
    await resetConnection(server.port);
  }
  const connection = await connect(server.port);
  await connection.send("still there?");
  assertEquals(await connection.receive(), "still there?");
  await connection.close();
  assertEquals((await server.stop()).code, 0);
});
