// An echo in workerd, over the raw sockets that its `connect()` handler is given.
// Run: deno task workerd echo_server_workerd
import { acceptWebSocket } from "@weft/websocket";
import { type CloudflareSocket, serveSocket } from "@weft/websocket/cloudflare";

export default {
  connect: (socket: CloudflareSocket): Promise<void> =>
    serveSocket(socket, async (transport) => {
      const connection = await acceptWebSocket(transport);
      for await (const message of connection) await connection.send(message);
    }),
};
