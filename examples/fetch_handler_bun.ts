// An echo in the handler of `Bun.serve`, over Bun's own sockets.
// Run, after `deno install`: bun examples/fetch_handler_bun.ts
import { isWebSocketUpgrade } from "@weft/websocket";
import { type BunServer, type BunWebSocketHandlers, upgradeWebSocket, websocket } from "@weft/websocket/bun";

/** What is used of `Bun`, for those who check types without it. */
declare const Bun: {
  readonly env: Readonly<Record<string, string | undefined>>;
  serve(options: {
    port: number;
    websocket: BunWebSocketHandlers;
    fetch(request: Request, server: BunServer): Promise<Response>;
  }): { readonly port: number };
};

const server = Bun.serve({
  port: Number(Bun.env["PORT"] ?? 10088),
  websocket,
  async fetch(request, server) {
    if (!isWebSocketUpgrade(request)) return new Response("Plain HTTP on the same port\n");
    const { response } = await upgradeWebSocket(request, server, {
      onMessage: (message, connection) => connection.send(message),
    });
    return response;
  },
});
console.log(`Listening on ws://localhost:${server.port}/`);
