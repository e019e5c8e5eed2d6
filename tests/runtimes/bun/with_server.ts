/**
 * Connections of `Bun.serve`, both ends in one hand.
 *
 * @module
 */

import type { WebSocketConnection } from "../../../mod.ts";
import {
  type BunServer,
  type NativeConnection,
  openWebSocket,
  upgradeWebSocket,
  websocket,
} from "../../../src/runtime/bun.ts";

declare const Bun: {
  serve(options: object): BunServer & { readonly port: number; stop(force?: boolean): Promise<void> };
};

/** Both ends of a connection. */
export interface Pair {
  readonly server: NativeConnection;
  readonly client: WebSocketConnection;
}

/** Runs with a way to connections of one `Bun.serve`. */
export async function withServer(run: (connect: () => Promise<Pair>) => Promise<void>): Promise<void> {
  let accept: ((connection: NativeConnection) => void) | undefined;
  const server = Bun.serve({
    port: 0,
    websocket,
    async fetch(request: Request, server: BunServer) {
      const { response, connection } = await upgradeWebSocket(request, server, { closeTimeout: 1000 });
      if (connection !== undefined) accept?.(connection);
      return response;
    },
  });
  const clients: WebSocketConnection[] = [];
  try {
    await run(async () => {
      const accepted = new Promise<NativeConnection>((resolve) => accept = resolve);
      const client = await openWebSocket(`ws://127.0.0.1:${server.port}/`);
      clients.push(client);
      return { client, server: await accepted };
    });
  } finally {
    for (const client of clients) client.abort();
    await server.stop(true);
  }
}
