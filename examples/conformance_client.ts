// Lets a fuzzing server judge Weft's client: asks how many cases there are, echoes in each until it is closed,
// asks for the report. In Deno, Bun and Node. Run, beside `deno task conformance --client`:
// deno run --allow-net examples/conformance_client.ts ws://127.0.0.1:9001 weft
import process from "node:process";
import { permessageDeflate } from "@weft/websocket/deflate";
import { type OpenOptions, openWebSocket } from "@weft/websocket/node";

const [address = "ws://127.0.0.1:9001", agent = "weft"] = process.argv.slice(2);

const echo: OpenOptions = {
  maxMessageSize: 16 * 1024 * 1024,
  maxFragments: 65536,
  maxSendQueue: 32 * 1024 * 1024,
  extensions: [permessageDeflate({ threshold: 0 })],
  onMessage: (message, connection) => connection.send(message),
};

const open = (path: string, options?: OpenOptions) => openWebSocket(new URL(path, address), options);

const counting = await open("/getCaseCount");
const count = Number(await counting.receive());
await counting.closed;

for (let number = 1; number <= count; number++) {
  const connection = await open(`/runCase?case=${number}&agent=${encodeURIComponent(agent)}`, echo);
  await connection.closed;
}

const reporting = await open(`/updateReports?agent=${encodeURIComponent(agent)}`);
await reporting.closed;
console.log(`Ran ${count} cases`);
