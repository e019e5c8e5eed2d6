/**
 * The application protocol for all connections of one hub: what its sessions share. Knows who wants to be
 * told of presence.
 *
 * @module
 */

import type { MessageConnection } from "../connection/message_connection.ts";
import { checkFunctions } from "../protocol/engine_options.ts";
import { writeHubReply } from "./application_protocol.ts";
import type { Hub } from "./hub.ts";
import type { HubConnection } from "./hub_options.ts";
import {
  checkHubServerOptions,
  type HubServerLimits,
  type HubServerOptions,
  presenceChannels,
} from "./hub_server_options.ts";
import { HubSession } from "./hub_session.ts";
import type { SessionOptions, SessionState } from "./session_state.ts";

/**
 * Serves clients of the application protocol: login, then echo, direct messages, topics, lists.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createWebSocketPair } from "@weft/websocket";
 * import { Hub, HubClient, type HubClientEvent, HubServer } from "@weft/websocket/hub";
 *
 * const hub = new Hub();
 * const server = new HubServer(hub);
 * const [near, far] = createWebSocketPair();
 * void server.serve(far);
 *
 * const events: HubClientEvent[] = [];
 * const client = new HubClient(near, { onEvent: (event) => events.push(event) });
 * assertEquals(await client.login("ann", { presence: true }), { name: "ann", members: ["ann"], total: 1 });
 * assertEquals(await client.echo({ any: "JSON" }), { any: "JSON" });
 * await client.send("ann", "a word with myself");
 * assertEquals(events, [{ type: "direct", from: "ann", data: "a word with myself" }]);
 * await Promise.all([near.close(), hub.close()]);
 * ```
 */
export class HubServer {
  /** The hub that is served. */
  readonly hub: Hub;
  readonly #limits: HubServerLimits;

  /**
   * Throws `TypeError` or `RangeError` for options that mean nothing. Give a hub one server, which lives as
   * long.
   */
  constructor(hub: Hub, options: HubServerOptions = {}) {
    this.hub = hub;
    this.#limits = checkHubServerOptions(options);
    hub.watch((event) => {
      if (event.type !== "joined" && event.type !== "left") return;
      const { type, name } = event;
      const text = writeHubReply({ type, name });
      // Each hub of a cluster knows by itself who comes and goes.
      void hub.announce(presenceChannels.members, text, { local: true });
      if (type === "left") void hub.announce(presenceChannels.leaving, text, { local: true });
    });
  }

  /**
   * Begins a session whose messages the caller hands over, in order, by `session.receive()`. By `state` it
   * goes on where an earlier one was, as `onState` or `session.state` told it then. Throws `TypeError` for
   * options that mean nothing.
   */
  open(connection: HubConnection, state?: SessionState, options: SessionOptions = {}): HubSession {
    checkFunctions(options, "onState");
    return new HubSession(this.hub, connection, this.#limits, state, options.onState);
  }

  /** Serves a connection to its end. Never rejects. */
  async serve(connection: MessageConnection): Promise<void> {
    const session = this.open(connection);
    try {
      for await (const message of connection) {
        const pending = session.receive(message);
        if (pending !== undefined) await pending;
      }
    } catch (error) {
      connection.abort(error);
    }
    await connection.closed;
  }
}
