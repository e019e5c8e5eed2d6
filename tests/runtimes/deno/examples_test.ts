import { test } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectWebSocket, HandshakeError } from "../../../mod.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { programs, root } from "../../../tools/matrix/programs.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { StartedServer } from "./started_server.ts";
import { connectTo, sendStrayClients } from "./stray_clients.ts";

const { deno, bun, node24 } = programs;

/** How each server is started. */
const servers: Record<string, string[]> = {
  echo_server_deno: [deno, "run", "--allow-net", "--allow-env=PORT", "examples/echo_server_deno.ts"],
  echo_server_bun: [bun, "examples/echo_server_bun.ts"],
  echo_server_node: [node24, "--import", "./tools/node_imports.js", "examples/echo_server_node.ts"],
  echo_server_workerd: [deno, "run", "--allow-all", "tools/serve_worker.ts", "echo_server_workerd"],
  fetch_handler_deno: [deno, "run", "--allow-net", "--allow-env=PORT", "examples/fetch_handler_deno.ts"],
  fetch_handler_bun: [bun, "examples/fetch_handler_bun.ts"],
  fetch_handler_cloudflare: [deno, "run", "--allow-all", "tools/serve_worker.ts", "fetch_handler_cloudflare"],
};

/** Runs a program to its end, and returns what it printed. */
async function run(program: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, cwd: root, env: { NO_COLOR: "1" }, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout);
}

/** Sends messages by Deno's own WebSocket, and returns what comes back. */
function echo(port: number, messages: (string | Uint8Array<ArrayBuffer>)[]): Promise<unknown[]> {
  const socket = new WebSocket(`ws://localhost:${port}/`);
  socket.binaryType = "arraybuffer";
  const replies: unknown[] = [];
  return new Promise((resolve, reject) => {
    socket.onopen = () => messages.forEach((message) => socket.send(message));
    socket.onmessage = ({ data }) => {
      replies.push(typeof data === "string" ? data : new Uint8Array(data));
      if (replies.length === messages.length) socket.close(1000);
    };
    socket.onclose = () => resolve(replies);
    socket.onerror = () => reject(new Error(`Cannot connect to port ${port}`));
  });
}

for (const [name, command] of Object.entries(servers)) {
  test(`examples/${name}.ts sends text and bytes back, and outlives clients that stray into it`, async () => {
    await using server = await StartedServer.start(command);
    await sendStrayClients(new URL(`ws://127.0.0.1:${server.port}/`));
    const messages = ["Hello", Uint8Array.of(1, 2, 3), "", "Größe".repeat(10_000)];
    assertEquals(await echo(server.port, messages), messages);
  });
}

const node = [node24, "--import", "./tools/node_imports.js"];
const http2Server = "examples/http2_server_node.ts";

/** Other servers that send back what they get, or something with it. */
const others: Record<string, [command: string[], address: string]> = {
  "conformance_server.ts": [
    [deno, "run", "--allow-net", "--allow-env", "examples/conformance_server.ts"],
    "ws:/",
  ],
  "conformance_server_bun.ts": [[bun, "examples/conformance_server_bun.ts"], "ws:/"],
  "conformance_server_node.ts": [[...node, "examples/conformance_server_node.ts"], "ws:/"],
  "durable_object.ts": [
    [deno, "run", "--allow-all", "tools/serve_worker.ts", "durable_object"],
    "ws:/room?name=Ada",
  ],
  "node_http_beside_routes.ts": [[...node, "examples/node_http_beside_routes.ts"], "ws:/echo?name=Ada"],
  "http2_server_node.ts": [[...node, http2Server], "wss:/echo"],
  "http2_server_node.ts on Deno": [[deno, "run", "--allow-all", http2Server], "wss:/echo"],
  "http2_server_node.ts on Bun": [[bun, http2Server], "wss:/echo"],
};

for (const [name, [command, address]] of Object.entries(others)) {
  test(`examples/${name} outlives clients that stray into it`, async () => {
    const folder = await Deno.makeTempDir();
    const [CERT, KEY] = [`${folder}/cert.pem`, `${folder}/key.pem`];
    await Deno.writeTextFile(CERT, certificate);
    await Deno.writeTextFile(KEY, privateKey);
    await using server = await StartedServer.start(command, { CERT, KEY });
    await Deno.remove(folder, { recursive: true });
    const url = new URL(address.replace(":/", `://127.0.0.1:${server.port}/`));
    await sendStrayClients(url);
    await using connection = await connectTo(url);
    await connection.send("Hello");
    assertMatch(`${await connection.receive()}`, /Hello/);
  });
}

const besideHttp = [
  "echo_server_node",
  "fetch_handler_deno",
  "fetch_handler_bun",
  "fetch_handler_cloudflare",
];
for (const name of besideHttp) {
  test(`examples/${name}.ts answers plain HTTP on the same port`, async () => {
    await using server = await StartedServer.start(servers[name]!);
    assertEquals(
      await (await fetch(`http://localhost:${server.port}/`)).text(),
      "Plain HTTP on the same port\n",
    );
  });
}

test("examples/node_http_beside_routes.ts has routes, an echo for who is known, and an end", async () => {
  const command = [node24, "--import", "./tools/node_imports.js", "examples/node_http_beside_routes.ts"];
  await using server = await StartedServer.start(command);
  const ask = async (path: string) => {
    const response = await fetch(`http://localhost:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  const connect = async (path: string) => {
    const conn = await Deno.connect({ port: server.port });
    return await connectWebSocket(`ws://localhost:${server.port}${path}`, denoTransport(conn));
  };
  assertEquals(await ask("/"), [200, "Say who you are: /echo?name=Ada\n"]);
  const { status, response } = await assertRejects(() => connect("/echo"), HandshakeError);
  assertEquals([status, new TextDecoder().decode(response?.body)], [401, "Who are you?\n"]);
  assertEquals((await assertRejects(() => connect("/elsewhere"), HandshakeError)).status, 404);
  const connection = await connect("/echo?name=Ada");
  assertEquals(await connection.receive(), "Hello, Ada");
  await connection.send("and goodbye");
  assertEquals(await connection.receive(), "and goodbye");
  assertEquals(await ask("/elsewhere"), [404, "There is nothing here\n"]);
  const [{ code }, { closeCode, wasClean }] = await Promise.all([server.stop(), connection.closed]);
  assertEquals([code, closeCode, wasClean], [0, 1001, true]);
});

test("examples/durable_object.ts tells everybody in a room, and nobody in another, who said what", async () => {
  const command = [deno, "run", "--allow-all", "tools/serve_worker.ts", "durable_object"];
  await using server = await StartedServer.start(command);
  const enter = async (path: string) => {
    const conn = await Deno.connect({ port: server.port });
    return await connectWebSocket(`ws://localhost:${server.port}/${path}`, denoTransport(conn));
  };
  const [ada, grace, other] = [
    await enter("one?name=Ada"),
    await enter("one?name=Grace"),
    await enter("two?name=Other"),
  ];
  await grace.send("Hello");
  assertEquals([await ada.receive(), await grace.receive()], ["Grace: Hello", "Grace: Hello"]);
  await other.send("Anybody?");
  assertEquals(await other.receive(), "Other: Anybody?");
  for (const connection of [ada, grace, other]) assert((await connection.close()).wasClean);
});

/** How each client is started. */
const clients: Record<string, [string, ...string[]]> = {
  client_deno: [deno, "run", "--allow-net", "examples/client_deno.ts"],
  client_bun: [bun, "examples/client_bun.ts"],
  client_node: [node24, "--import", "./tools/node_imports.js", "examples/client_node.ts"],
};

for (const [name, command] of Object.entries(clients)) {
  test(`examples/${name}.ts prints the echo, the round trip and the close`, async () => {
    await using server = await StartedServer.start(servers["echo_server_deno"]!);
    const output = await run(...command, `ws://localhost:${server.port}/`, "Hallo");
    assertMatch(output, /^Received Hallo\nA Ping took \d+\.\d\d ms\nClosed cleanly with 1000\n$/);
  });
}

test("examples/client_cloudflare_sockets.ts passes a message on and answers with its echo", async () => {
  await using server = await StartedServer.start(servers["echo_server_deno"]!);
  const command = [deno, "run", "--allow-all", "tools/serve_worker.ts", "client_cloudflare_sockets"];
  await using worker = await StartedServer.start(command, { ECHO: `localhost:${server.port}` });
  for (const word of ["Hello", "Größe"]) {
    const response = await fetch(`http://localhost:${worker.port}/?say=${encodeURIComponent(word)}`);
    assertEquals(await response.text(), word);
  }
});

test("examples/graphql_ws.ts prints the answer to a query, and a subscription in order", async () => {
  const output = await run(deno, "run", "--allow-net", "--allow-env", "examples/graphql_ws.ts");
  assertEquals(output, `{ hello: "Hello" }\n{ count: 1 }\n{ count: 2 }\n{ count: 3 }\n`);
});

test("examples/sans_io.ts brings a whole conversation over a network of torn bytes", async () => {
  const output = await run(deno, "run", "examples/sans_io.ts");
  assertMatch(output, /^server: \{ type: "message", data: "Hello" \}$/m);
  assertMatch(output, /^client: \{ type: "message", data: Uint8Array\(3\) \[ 1, 2, 3 \] \}$/m);
  assertMatch(output, /^client: \{ type: "pong"/m);
  assertMatch(output, /^Both closed: true$/m);
});

test("every example has at most 40 lines, of which the first say what it shows and how to run it", async () => {
  let count = 0;
  for await (const { name, isFile } of Deno.readDir(`${root}examples`)) {
    if (!isFile || !name.endsWith(".ts")) continue;
    const lines = (await Deno.readTextFile(`${root}examples/${name}`)).trimEnd().split("\n");
    assert(lines.length <= 40, `${name} has ${lines.length} lines`);
    const header = lines.slice(0, lines.findIndex((line) => !line.startsWith("//"))).join("\n");
    assertMatch(header, new RegExp(`\\bRun\\b[^]*${name.replace(/\.ts$/, "")}`));
    count++;
  }
  assert(count >= Object.keys(servers).length);
});
