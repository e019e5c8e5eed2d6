// GraphQL by graphql-ws, server and client, over connections on TCP: a query, then a subscription.
// Run: deno run --allow-net --allow-env examples/graphql_ws.ts
import { acceptWebSocket, connectWebSocket, toWebSocketClass } from "@weft/websocket";
import { denoTransport } from "@weft/websocket/deno";
import { buildSchema } from "graphql";
import { createClient, makeServer } from "graphql-ws";

async function* count({ to }: { to: number }) {
  for (let count = 1; count <= to; count++) yield { count };
}
const server = makeServer({
  schema: buildSchema("type Query { hello: String } type Subscription { count(to: Int!): Int }"),
  roots: { query: { hello: () => "Hello" }, subscription: { count } },
});

async function serve(conn: Deno.Conn): Promise<void> {
  const connection = await acceptWebSocket(denoTransport(conn), { protocols: ["graphql-transport-ws"] });
  let receive = (_message: string) => Promise.resolve();
  const end = server.opened({
    protocol: connection.protocol,
    send: (message) => connection.send(message),
    close: (closeCode = 1000, reason = "") => void connection.close({ closeCode, reason }),
    onMessage: (listener) => void (receive = listener),
  }, undefined);
  for await (const message of connection) void receive(`${message}`);
  await end((await connection.closed).closeCode);
}

using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
void listener.accept().then(serve);
const webSocketImpl = toWebSocketClass(async (url, options) =>
  connectWebSocket(url, denoTransport(await Deno.connect({ port: listener.addr.port })), options)
);
const client = createClient({ url: "ws://localhost/graphql", webSocketImpl, lazy: false });
for (const query of ["{ hello }", "subscription { count(to: 3) }"]) {
  for await (const { data } of client.iterate({ query })) console.log(data);
}
await client.dispose();
