/**
 * The options of a NATS broker, their defaults, and how they are checked.
 *
 * @module
 */

import { wsconnect } from "@nats-io/nats-core";
import { checkFunctions, checkNumber } from "../protocol/engine_options.ts";

/**
 * What the broker needs of a connection to NATS, in the words of `@nats-io/nats-core`: add what else it
 * takes.
 */
export interface NatsConnectOptions {
  /** The URLs. */
  servers: string[];
  /** What servers call the connection. */
  name: string;
  /** Never: the broker makes a new connection by itself. */
  reconnect: false;
  /** What is published does not come back. */
  noEcho: true;
  /** Milliseconds to connect. */
  timeout: number;
  /** Milliseconds between pings. */
  pingInterval: number;
  /** Unanswered pings that end the connection. */
  maxPingOut: number;
}

/** Connects to NATS, and resolves with a `NatsConnection` of `@nats-io/nats-core`. */
export type NatsConnect = (options: NatsConnectOptions) => Promise<object>;

/** The options of a NATS broker. */
export interface NatsBrokerOptions {
  /** URLs of the servers: `nats:`, `tls:`, `ws:` or `wss:`. */
  readonly servers: string | readonly string[];
  /**
   * What tells this cluster of hubs from others on the same servers: 1 to 100 letters, digits, `-`, `_`.
   * Default `"weft"`.
   */
  readonly prefix?: string | undefined;
  /** How many servers of a NATS cluster keep the names: 1, 3 or 5. Default 1. */
  readonly replicas?: number | undefined;
  /** Milliseconds after which the names of a node that is gone are free again. Default 6 000. */
  readonly leaseTime?: number | undefined;
  /**
   * Connects, where credentials or another transport are needed. Default: `wsconnect()` for `ws:` and `wss:`,
   * else `connect()` of `@nats-io/transport-node`.
   */
  readonly connect?: NatsConnect | undefined;
}

/** The options, checked. */
export interface CheckedNatsBrokerOptions {
  readonly servers: readonly string[];
  readonly prefix: string;
  readonly replicas: number;
  readonly leaseTime: number;
  readonly connect: NatsConnect;
}

/** Checks all that a broker will use. Throws `TypeError` or `RangeError`. */
export function checkNatsBrokerOptions(options: NatsBrokerOptions): CheckedNatsBrokerOptions {
  const { prefix = "weft" } = options;
  const servers = typeof options.servers === "string" ? [options.servers] : options.servers;
  const isUrl = (url: unknown) => typeof url === "string" && url !== "";
  if (!Array.isArray(servers) || servers.length === 0 || !servers.every(isUrl)) {
    throw new TypeError("Cannot use servers: no URLs");
  }
  if (!/^[\w-]{1,100}$/.test(prefix)) {
    throw new TypeError("Cannot use prefix: not 1 to 100 letters, digits, - and _");
  }
  const { replicas = 1 } = options;
  if (![1, 3, 5].includes(replicas)) {
    throw new RangeError(`Cannot use replicas: ${replicas} is not 1, 3 or 5`);
  }
  checkFunctions(options, "connect");
  const connect = servers.every((url) => /^wss?:/i.test(url)) ? wsconnect : connectByNode;
  return {
    servers,
    prefix,
    replicas,
    leaseTime: checkNumber("leaseTime", options.leaseTime, 6_000, 1_000),
    connect: options.connect ?? connect,
  };
}

async function connectByNode(options: NatsConnectOptions): Promise<object> {
  const { connect } = await import("@nats-io/transport-node");
  return await connect(options);
}
