import { acceptWebSocket } from "@weft/websocket";
import { denoTransport } from "@weft/websocket/deno";

const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
console.log(listener.addr.port);
for await (const conn of listener) {
  acceptWebSocket(denoTransport(conn), { onMessage: (message, connection) => void connection.send(message) })
    .catch(() => {});
}
