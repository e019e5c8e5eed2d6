/**
 * The options of a NATS broker, their defaults, and how they are checked.
 *
 * @module
 */

import { type ConnectionOptions, type NatsConnection, wsconnect } from "@nats-io/nats-core";
import { checkNumber } from "../protocol/engine_options.ts";

/** The options of a NATS broker. */
export interface NatsBrokerOptions {
  /** URLs of the servers: `nats:`, `tls:`, `ws:` or `wss:`. */
  readonly servers: string | readonly string[];
  /** What tells this cluster of hubs from others on the same servers: letters, digits, `-` and `_`. Default `"weft"`. */
  readonly prefix?: string | undefined;
  /** How many servers of a NATS cluster keep the names: 1, 3 or 5. Default 1. */
  readonly replicas?: number | undefined;
  /** Milliseconds after which the names of a node that is gone are free again. Default 5 000. */
  readonly leaseTime?: number | undefined;
  /**
   * Connects, where credentials or another transport are needed; the options that it is given are the ones to use. Default: `wsconnect()` for `ws:` and `wss:`, else
   * `connect()` of `@nats-io/transport-node`.
   */
  readonly connect?: ((options: ConnectionOptions) => Promise<NatsConnection>) | undefined;
}

/** The options, checked. */
export interface CheckedNatsBrokerOptions {
  readonly servers: readonly string[];
  readonly prefix: string;
  readonly replicas: number;
  readonly leaseTime: number;
  readonly connect: (options: ConnectionOptions) => Promise<NatsConnection>;
}

/** Checks all that a broker will use. Throws `TypeError` or `RangeError`. */
export function checkNatsBrokerOptions(options: NatsBrokerOptions): CheckedNatsBrokerOptions {
  const { prefix = "weft" } = options;
  const servers = typeof options.servers === "string" ? [options.servers] : options.servers;
  const isUrl = (url: unknown) => typeof url === "string" && url !== "";
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isUrl)) {
    throw new TypeError("Cannot use servers: no URLs");
  }
  if (!/^[\w-]+$/.test(prefix)) throw new TypeError("Cannot use prefix: not letters, digits, - and _ alone");
  const connect = servers.every((url) => /^wss?:/i.test(url)) ? wsconnect : connectByNode;
  return {
    servers,
    prefix,
    replicas: checkNumber("replicas", options.replicas, 1, 1),
    leaseTime: checkNumber("leaseTime", options.leaseTime, 5_000, 1_000),
    connect: options.connect ?? connect,
  };
}

async function connectByNode(options: ConnectionOptions): Promise<NatsConnection> {
  const { connect } = await import("@nats-io/transport-node");
  return await connect(options);
}
