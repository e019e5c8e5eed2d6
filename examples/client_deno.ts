// A client over `Deno.connect`: says a word, prints what comes back, the round trip of a Ping, and how it ended.
// Run, beside an echo on port 10088: deno run --allow-net examples/client_deno.ts ws://localhost:10088/ Hello
import { connectWebSocket } from "@weft/websocket";
import { denoTransport } from "@weft/websocket/deno";

const [address = "ws://localhost:10088/", word = "Hello"] = Deno.args;

async function open({ protocol, hostname, port }: URL): Promise<Deno.Conn> {
  if (protocol === "wss:") return await Deno.connectTls({ hostname, port: Number(port || 443) });
  return await Deno.connect({ hostname, port: Number(port || 80) });
}

const conn = await open(new URL(address));
const connection = await connectWebSocket(address, denoTransport(conn), {
  headers: { "User-Agent": "weft/0.1", "Authorization": "Bearer no browser could send this" },
});
await connection.send(word);
console.log(`Received ${await connection.receive()}`);
console.log(`A Ping took ${(await connection.ping()).toFixed(2)} ms`);
const { closeCode, wasClean } = await connection.close();
console.log(`Closed ${wasClean ? "cleanly" : "abruptly"} with ${closeCode}`);
