// The protocol alone, for those who have a network layer of their own: bytes in, events and bytes out, nothing awaited.
// Run: deno run examples/sans_io.ts
import { WebSocketEngine } from "@weft/websocket/protocol";

const client = new WebSocketEngine({ role: "client" });
const server = new WebSocketEngine({ role: "server" });

/** A network that tears everything into pieces of three bytes. Returns how many it carried. */
function carry(from: WebSocketEngine, to: WebSocketEngine): number {
  let carried = 0;
  for (const bytes of from.takeOutput()) {
    for (let at = 0; at < bytes.length; at += 3, carried++) {
      to.receive(bytes.subarray(at, at + 3));
      for (let event; (event = to.next()) !== undefined;) {
        console.log(`${to.role}:`, event);
        if (event.type === "message" && to === server) to.send(event.data);
      }
    }
  }
  return carried;
}

client.send("Hello");
client.send(Uint8Array.of(1, 2, 3));
client.ping();
while (carry(client, server) + carry(server, client) > 0);

client.close(1000, "That was all");
while (carry(client, server) + carry(server, client) > 0);
console.log(`Both closed: ${client.closeReceived && server.closeReceived}`);
