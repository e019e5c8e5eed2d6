// An echo in the handler of `Deno.serve`, over Deno's own sockets.
// Run: deno run --allow-net --allow-env=PORT examples/fetch_handler_deno.ts
import { isWebSocketUpgrade } from "@weft/websocket";
import { upgradeWebSocket } from "@weft/websocket/deno";

const onListen = ({ port }: Deno.NetAddr) => console.log(`Listening on ws://localhost:${port}/`);

Deno.serve({ port: Number(Deno.env.get("PORT") ?? 10088), onListen }, async (request) => {
  if (!isWebSocketUpgrade(request)) return new Response("Plain HTTP on the same port\n");
  const { response } = await upgradeWebSocket(request, {
    onMessage: (message, connection) => connection.send(message),
  });
  return response;
});
