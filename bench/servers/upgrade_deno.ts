import { upgradeWebSocket } from "@weft/websocket/deno";

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) },
  async (request) => {
    const { response } = await upgradeWebSocket(request, {
      onMessage: (message, connection) => void connection.send(message),
    });
    return response;
  },
);
