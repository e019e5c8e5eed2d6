import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { programs } from "../../../tools/matrix/programs.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { runInPage } from "./run_in_page.ts";
import { StartedServer } from "./started_server.ts";

const example = "examples/http2_server_node.ts";

/** The runtimes' modules named `node:http2`. */
const servers: Record<string, string[]> = {
  Node: [programs.node24, "--import", "./tools/node_imports.js", example],
  Deno: [programs.deno, "run", "--allow-all", example],
  Bun: [programs.bun, example],
};

/** What happens in the page: what it shows, and what a second WebSocket is told. */
const script = `
  while (document.querySelector("output").textContent === "") await new Promise((resolve) => setTimeout(resolve, 10));
  console.log(document.querySelector("output").textContent);
  const sockets = Array.from({ length: 20 }, () => new WebSocket("wss://" + location.host + "/echo"));
  const answers = sockets.map((socket, index) => new Promise((resolve, reject) => {
    socket.onopen = () => socket.send("w".repeat(index * 10_000));
    socket.onmessage = ({ data }) => resolve(data.length - index * 10_000 + data.slice(-12));
    socket.onerror = reject;
  }));
  console.log([...new Set(await Promise.all(answers))].join());
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.onclose = resolve)));
  sockets.forEach((socket) => socket.close(4000, "enough"));
  console.log([...new Set((await closed).map(({ code, wasClean }) => code + " " + wasClean))].join());
  const refused = new WebSocket("wss://" + location.host + "/elsewhere");
  console.log((await new Promise((resolve) => refused.onclose = resolve)).code);
  console.log(performance.getEntriesByType("navigation")[0].nextHopProtocol);
`;

for (const [name, command] of Object.entries(servers)) {
  test(`Chromium opens its WebSockets over the HTTP/2 connection of their page, to ${name} (RFC 8441)`, async () => {
    const folder = await Deno.makeTempDir();
    const [CERT, KEY] = [`${folder}/cert.pem`, `${folder}/key.pem`];
    await Deno.writeTextFile(CERT, certificate);
    await Deno.writeTextFile(KEY, privateKey);
    await using server = await StartedServer.start(command, { CERT, KEY });
    const lines = await runInPage(`https://localhost:${server.port}/`, script);
    await Deno.remove(folder, { recursive: true });
    assertEquals(lines.filter((line) => !line.startsWith("WebSocket connection")), [
      "Hello over HTTP/2",
      "12 over HTTP/2",
      "4000 true",
      "1006",
      "h2",
    ]);
  });
}
