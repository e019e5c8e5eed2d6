// A client in a worker, over `cloudflare:sockets`: an HTTP request's `say` goes to an echo server, and its reply comes back.
// Run, beside an echo on port 10088: deno task workerd client_cloudflare_sockets; then curl "http://localhost:10089/?say=Hello"
import { connect } from "cloudflare:sockets";
import { connectWebSocket } from "@weft/websocket";
import { cloudflareTransport } from "@weft/websocket/cloudflare";

export default {
  async fetch(request: Request, { ECHO }: { readonly ECHO?: string }): Promise<Response> {
    const address = ECHO ?? "localhost:10088";
    const socket = connect(address, { allowHalfOpen: true });
    const connection = await connectWebSocket(`ws://${address}/`, cloudflareTransport(socket));
    await connection.send(new URL(request.url).searchParams.get("say") ?? "Hello");
    const reply = await connection.receive();
    await connection.close();
    return new Response(reply);
  },
};
