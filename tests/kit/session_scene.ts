/**
 * A hub's server whose clients are the test, message by message, under a clock that stands still.
 *
 * @module
 */

import { Hub } from "../../src/hub/hub.ts";
import { HubServer } from "../../src/hub/hub_server.ts";
import type { HubServerOptions } from "../../src/hub/hub_server_options.ts";
import type { HubOptions } from "../../src/hub/hub_options.ts";
import type { HubSession } from "../../src/hub/hub_session.ts";
import type { SessionOptions, SessionState } from "../../src/hub/session_state.ts";
import { createManualClock, type ManualClock } from "../../src/testing/manual_clock.ts";
import { settle } from "./held_connection.ts";
import { RecordedConnection } from "./hub_connection.ts";

/** A server, and all that its clients share. */
export class SessionScene {
  readonly clock: ManualClock = createManualClock();
  readonly hub: Hub;
  readonly server: HubServer;

  constructor(options: HubServerOptions = {}, hub: HubOptions = {}) {
    this.hub = new Hub(hub);
    this.server = new HubServer(this.hub, { clock: this.clock, ...options });
  }

  open(state?: SessionState, options?: SessionOptions): SessionClient {
    const connection = new RecordedConnection();
    return new SessionClient(connection, this.server.open(connection, state, options));
  }

  async login(name: string, presence = false): Promise<SessionClient> {
    const client = this.open();
    await client.session.receive(JSON.stringify({ id: 0, type: "login", version: 1, name, presence }));
    await settle();
    return client;
  }
}

/** A client, and its session. */
export class SessionClient {
  readonly connection: RecordedConnection;
  readonly session: HubSession;

  constructor(connection: RecordedConnection, session: HubSession) {
    this.connection = connection;
    this.session = session;
  }

  /** What came back for a message, as JSON, short of the messages of errors. */
  async ask(message: object | string | Uint8Array<ArrayBuffer>): Promise<unknown[]> {
    const isRaw = typeof message === "string" || message instanceof Uint8Array;
    await this.session.receive(isRaw ? message : JSON.stringify(message));
    await settle();
    return this.read();
  }

  read(): unknown[] {
    return this.connection.take().map((text) => {
      if (typeof text !== "string") return text;
      const { message: _, ...reply } = JSON.parse(text);
      return reply;
    });
  }
}

/** A login by the protocol. */
export const login = (name: string, id = 1) => ({ id, type: "login", version: 1, name });
