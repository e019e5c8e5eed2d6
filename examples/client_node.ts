// A client in Node: says a word, prints what comes back, the round trip of a Ping, and how it ended.
// Run, beside an echo on port 10088: node --import ./tools/node_imports.js examples/client_node.ts
import process from "node:process";
import { openWebSocket } from "@weft/websocket/node";

const [address = "ws://localhost:10088/", word = "Hello"] = process.argv.slice(2);

const connection = await openWebSocket(address, {
  headers: { "User-Agent": "weft/0.1", "Authorization": "Bearer no browser could send this" },
});
await connection.send(word);
console.log(`Received ${await connection.receive()}`);
console.log(`A Ping took ${(await connection.ping()).toFixed(2)} ms`);
const { closeCode, wasClean } = await connection.close();
console.log(`Closed ${wasClean ? "cleanly" : "abruptly"} with ${closeCode}`);
