/**
 * A GraphQL server by `graphql-ws`, over connections of any kind.
 *
 * @module
 */

import { buildSchema } from "graphql";
import { makeServer, type Server } from "graphql-ws";
import type { MessageConnection } from "../../src/connection/message_connection.ts";

const schema = buildSchema(`
  type Query { greet(name: String!): String }
  type Subscription { count(from: Int!, to: Int): Int! }
`);

/** A server, and how many of its subscriptions are under way. */
export interface GraphqlServer {
  readonly subscriptions: number;
  /** Serves a connection to its end. */
  serve(connection: MessageConnection): Promise<void>;
}

/** Makes a server. It lets nobody in who says so. */
export function createGraphqlServer(): GraphqlServer {
  let subscriptions = 0;
  const server: Server = makeServer({
    schema,
    onConnect: ({ connectionParams }) => connectionParams?.["forbidden"] !== true,
    roots: {
      query: { greet: ({ name }: { name: string }) => `Hello ${name}` },
      subscription: {
        async *count({ from, to = Infinity }: { from: number; to?: number }) {
          subscriptions++;
          try {
            for (let count = from; count <= to; count++) {
              yield { count };
              await new Promise((resolve) => setTimeout(resolve, 0));
            }
          } finally {
            subscriptions--;
          }
        },
      },
    },
  });
  return {
    get subscriptions() {
      return subscriptions;
    },
    async serve(connection) {
      let receive: (message: string) => Promise<void> = () => Promise.resolve();
      const end = server.opened({
        protocol: connection.protocol,
        send: (message) => connection.send(message),
        close: (closeCode = 1000, reason = "") => void connection.close({ closeCode, reason }),
        onMessage: (listener) => void (receive = listener),
      }, undefined);
      for await (const message of connection) {
        receive(`${message}`).catch(() => connection.close({ closeCode: 1011 }));
      }
      const { closeCode, reason } = await connection.closed;
      await end(closeCode, reason);
    },
  };
}
