/**
 * Hubs linked by NATS: names unique in the whole cluster, direct messages and topics across machines.
 *
 * Needs a nats-server with JetStream, 2.9 or later, and npm's `@nats-io/nats-core`, `@nats-io/jetstream`, `@nats-io/kv` and, where the servers' URLs are not
 * `ws:` or `wss:`, `@nats-io/transport-node`.
 *
 * @module
 */

export { NatsBroker } from "./nats_broker.ts";
export type { NatsBrokerOptions, NatsConnect, NatsConnectOptions } from "./nats_broker_options.ts";
