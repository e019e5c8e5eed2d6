import { denoTransport } from "@weft/websocket/deno";
import { obey } from "../obey.ts";
import { serveHub } from "../serve_hub.ts";

const hub = serveHub();
const listener = Deno.listen({ port: 0, hostname: "0.0.0.0" });
void obey(listener.addr.port, hub);
for await (const conn of listener) hub.accept(denoTransport(conn));
