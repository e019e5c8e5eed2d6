/**
 * Hubs linked by NATS: names unique in the whole cluster, direct messages and topics across machines.
 *
 * Needs a nats-server with JetStream, 2.9 or later, and npm's `@nats-io/nats-core`, `@nats-io/jetstream`,
 * `@nats-io/kv` and, where the servers' URLs are not `ws:` or `wss:`, `@nats-io/transport-node`.
 *
 * ```ts ignore
 * import { Hub } from "@weft/websocket/hub";
 * import { NatsBroker } from "@weft/websocket/hub/nats";
 *
 * const hub = new Hub({ broker: new NatsBroker({ servers: "nats://127.0.0.1:4222" }) });
 * await hub.publish("news", "Hello to the members of every hub");
 * ```
 *
 * @module
 */

export { NatsBroker } from "./nats_broker.ts";
export type { NatsBrokerOptions, NatsConnect, NatsConnectOptions } from "./nats_broker_options.ts";
