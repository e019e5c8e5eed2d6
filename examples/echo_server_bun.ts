// An echo over `Bun.listen`: every message goes back as it came, no faster than the client reads.
// Run, after `deno install`: bun examples/echo_server_bun.ts
import process from "node:process";
import { acceptWebSocket } from "@weft/websocket";
import { type BunSocket, type BunSocketOptions, bunSocketOptions } from "@weft/websocket/bun";

/** What is used of `Bun`, for those who check types without it. */
declare const Bun: {
  listen(
    options: BunSocketOptions<BunSocket> & { hostname: string; port: number },
  ): { readonly port: number };
};

const listener = Bun.listen({
  hostname: "0.0.0.0",
  port: Number(process.env.PORT ?? 10088),
  ...bunSocketOptions(async (transport) => {
    try {
      const connection = await acceptWebSocket(transport);
      for await (const message of connection) await connection.send(message);
    } catch (error) {
      // A client that is refused, or is gone before its reply, is no concern of the others.
      console.error(`${error}`);
    }
  }),
});
console.log(`Listening on ws://localhost:${listener.port}/`);
