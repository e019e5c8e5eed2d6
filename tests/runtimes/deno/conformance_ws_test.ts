import { assertEquals } from "@std/assert";
import { test } from "node:test";
// @ts-types="@types/ws"
import { WebSocket, WebSocketServer } from "ws";
import { FuzzingServer, judgeServer, type Report, selectCases } from "@weft/websocket/testing/conformance";
import { connectTo, listen } from "../../conformance/tcp.ts";

const compressionSample = [1, 2, 3, 4, 5].map((group) => `12.${group}.11`).concat(
  [1, 2, 4, 6].map((group) => `13.${group}.4`),
);
const cases = selectCases([
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "9.1.3",
  "9.3.2",
  "9.5.5",
  "9.8.2",
  "10",
  ...compressionSample,
]);
/** Whether `ws` is known to take its time over a case: it looks at text when the frame is complete. */
const isLate = (id: string) => id.startsWith("6.4.");
/** Only those that end by patience have little of it: how fast the others are is the machine's affair. */
const runs = [
  { cases: cases.filter(({ id }) => !isLate(id)), maxRoundTrips: 10 },
  { cases: cases.filter(({ id }) => isLate(id)), patience: 100 },
];
const wsOptions = { maxPayload: 64 * 1024 * 1024, perMessageDeflate: { threshold: 0 } };

/** What `ws` is known for; it also leaves to chance what the RFC leaves open. */
function assertVerdicts({ cases: results }: Report, count: number): void {
  assertEquals(results.length, count);
  for (const { id, verdict, detail } of results) {
    const isOpen = ["7.1.6", "7.13.1", "7.13.2"].includes(id);
    assertEquals(verdict, isLate(id) ? "NON-STRICT" : isOpen ? "INFORMATIONAL" : "OK", `${id}: ${detail}`);
  }
}

test("The catalogue finds no fault in the server of npm's ws", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...wsOptions });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise((resolve) => server.on("listening", resolve));
  const { port } = server.address() as { port: number };
  for (const options of runs) {
    const report = await judgeServer(connectTo(`ws://127.0.0.1:${port}/`), options);
    assertVerdicts(report, options.cases.length);
  }
  await new Promise((resolve) => server.close(resolve));
});

/** A client of `ws` that echoes to the end; the first message it got. */
function connectToEnd(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let first: string | undefined;
    const socket = new WebSocket(url, wsOptions);
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => {
      first ??= String(data);
      socket.send(data, { binary: isBinary });
    });
    socket.on("close", () => resolve(first));
  });
}

test("The catalogue finds no fault in the client of npm's ws, which comes by the URLs of a fuzzing server", async () => {
  for (const options of runs) {
    const fuzzing = new FuzzingServer(options);
    const url = await listen(fuzzing);
    const count = Number(await connectToEnd(`${url}/getCaseCount`));
    assertEquals(count, options.cases.length);
    for (let number = 1; number <= count; number++) {
      await connectToEnd(`${url}/runCase?case=${number}&agent=ws`);
    }
    await connectToEnd(`${url}/updateReports?agent=ws`);
    const report = await fuzzing.report;
    assertEquals(report.agent, "ws");
    assertVerdicts(report, count);
  }
});
