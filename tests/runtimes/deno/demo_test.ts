import { test } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectWebSocket, type WebSocketConnection } from "../../../mod.ts";
import { permessageDeflate } from "../../../src/deflate/mod.ts";
import { HubClient, HubError, hubSubprotocol } from "../../../src/hub/mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { root } from "../../../tools/matrix/programs.ts";
import { demoServers } from "./demo_servers.ts";
import { resetConnection } from "./reset_connection.ts";
import { StartedServer } from "./started_server.ts";

const uuid = "[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}";

async function connect(port: number): Promise<WebSocketConnection> {
  return await connectWebSocket(`ws://localhost:${port}/`, denoTransport(await Deno.connect({ port })), {
    protocols: [hubSubprotocol],
    extensions: [permessageDeflate()],
  });
}

/** Sends bytes, whatever they mean, and leaves. */
async function write(port: number, text: string | Uint8Array): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ port });
  await conn.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return conn;
}

const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

for (const [runtime, command] of Object.entries(demoServers)) {
  test(`the demo on ${runtime} echoes text and bytes, and prints each connection's id, opening and close`, async () => {
    await using server = await StartedServer.start(command);
    const connection = await connect(server.port);
    assertEquals(connection.protocol, "weft.hub.v1");
    assertMatch(connection.extensions, /^permessage-deflate/);
    const client = new HubClient(connection);
    await client.login("ann");
    assertEquals(await client.echo("Größe"), "Größe");
    assertEquals(await client.echoBytes(Uint8Array.of(1, 2, 3)), Uint8Array.of(1, 2, 3));
    await connection.close({ closeCode: 3001, reason: "enough\x1b[2J" });
    await server.printed(/closed/);
    const { code, output } = await server.stop();
    assertEquals(code, 0);
    const [listening, opened, closed, stopping] = output.split("\n");
    assertEquals(listening, `Listening on http://localhost:${server.port}/`);
    assertMatch(opened!, new RegExp(`^${uuid} opened from [\\d.:f]*127\\.0\\.0\\.1$`));
    assertMatch(closed!, new RegExp(`^${uuid} closed with 3001 .enough\\\\x1[bB]\\[2J. after 3 messages$`));
    assertEquals(opened!.slice(0, 36), closed!.slice(0, 36));
    assertEquals(stopping, "Stopping: 0 open");
  });

  test(`the demo on ${runtime} serves its page on the port of the hub, compressed where that is welcome`, async () => {
    await using server = await StartedServer.start(command);
    const url = `http://localhost:${server.port}/`;
    for (
      const [path, type] of [
        ["", "text/html"],
        ["page.css", "text/css"],
        ["page.js", "text/javascript"],
        ["about.json", "application/json"],
      ] as const
    ) {
      const lengths: number[] = [];
      for (const coding of ["gzip", "identity", "gzip;q=0"]) {
        const response = await fetch(`${url}${path}`, { headers: { "accept-encoding": coding } });
        assertEquals([response.status, response.headers.get("content-type")], [
          200,
          `${type}; charset=utf-8`,
        ]);
        assertEquals(response.headers.get("vary"), "accept-encoding");
        lengths.push((await response.text()).length);
      }
      assert(lengths[0]! > 300 && lengths.every((length) => length === lengths[0]));
    }
    const head = await fetch(url, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
    for (const [path, method, status] of [["nothing", "GET", 404], ["", "POST", 405]] as const) {
      const response = await fetch(`${url}${path}`, { method });
      assertEquals(response.status, status);
      await response.body?.cancel();
    }
  });

  test(`the demo on ${runtime} publishes to its own topics alone`, async () => {
    await using server = await StartedServer.start(command);
    const values: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = new HubClient(await connect(server.port), {
      onEvent: (event) => {
        if (event.type === "message" && values.push(event) === 4) resolve();
      },
    });
    await client.login("ann");
    assertEquals(
      (await assertRejects(() => client.publish("server/members", 1), HubError)).code,
      "not-allowed",
    );
    await client.subscribe("server/members");
    await client.subscribe("server/bytes");
    await promise;
    await client.connection.close();
  });
}

for (const [runtime, [program, ...args]] of Object.entries(demoServers)) {
  test(`the demo on ${runtime} says in a line why it cannot listen, and exits with 1`, async () => {
    await using server = await StartedServer.startTask("demo");
    for (const port of [`${server.port}`, "99999", "none"]) {
      const command = new Deno.Command(program!, { args, cwd: root, env: { PORT: port, NO_COLOR: "1" } });
      const { code, stderr } = await command.output();
      assertEquals(code, 1);
      const line = new RegExp(`^Cannot listen on port ${port}, set PORT to another: .+\n$`);
      assertMatch(new TextDecoder().decode(stderr), line);
    }
  });
}

for (
  const [runtime, signal] of [["deno", "TERM"], ["deno", "INT"], ["bun", "TERM"], ["node", "INT"]] as const
) {
  test(`the demo on ${runtime} closes every connection with 1001 on SIG${signal} and exits`, async () => {
    await using server = await StartedServer.start(demoServers[runtime]);
    const connections = await Promise.all([connect(server.port), connect(server.port), connect(server.port)]);
    // One has a name, and two have none yet.
    await new HubClient(connections[0]!).login("ann");
    await server.printed(/(?:opened[^]*){3}/);
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
  const client = new HubClient(connection);
  await client.login("ann");
  assertEquals(await client.echo("still there?"), "still there?");
  await connection.close();
  assertEquals((await server.stop()).code, 0);
});
