// An echo in the `fetch` handler of a worker, over the runtime's own sockets.
// Run: deno task workerd fetch_handler_cloudflare
import { isWebSocketUpgrade } from "@weft/websocket";
import { upgradeWebSocket } from "@weft/websocket/cloudflare";

export default {
  async fetch(request: Request): Promise<Response> {
    if (!isWebSocketUpgrade(request)) return new Response("Plain HTTP on the same port\n");
    const { response } = await upgradeWebSocket(request, {
      onMessage: (message, connection) => connection.send(message),
    });
    return response;
  },
};
