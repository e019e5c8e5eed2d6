/**
 * A room of the demo: a Durable Object with a hub, which may leave the memory while its members are silent. Knows of them what their
 * sockets keep.
 *
 * @module
 */
import {
  type DurableObjectContext,
  type HibernatedWebSocket,
  type HibernatingConnection,
  HibernatingWebSockets,
} from "@weft/websocket/cloudflare";
import {
  Hub,
  HubServer,
  type HubSession,
  hubSubprotocol,
  type Message,
  type SessionState,
} from "@weft/websocket/hub";
import { addFeeds, feedPrefix } from "../demo/feeds.ts";

type Connection = HibernatingConnection<SessionState>;

/** A room. */
export class Room {
  readonly #hub = new Hub({
    // A socket keeps 16 KiB: the topics of one member must fit in.
    maxTopicsPerMember: 20,
    authorize: (action) => action.type !== "publish" || !action.topic.startsWith(feedPrefix),
  });
  readonly #server = new HubServer(this.#hub);
  readonly #sockets: HibernatingWebSockets<SessionState>;
  /** Of connections that were met since the room came into memory. */
  readonly #sessions = new Map<Connection, HubSession>();
  #received = 0;

  /** Called by the runtime, also to come back into memory. */
  constructor(context: DurableObjectContext) {
    this.#sockets = new HibernatingWebSockets<SessionState>(context, {
      onMessage: (message, connection) => this.#receive(message, connection),
      onClose: (_info, connection) => this.#sessions.delete(connection),
    });
    this.#hub.watch((event) => {
      if (event.type === "error") console.error(event.error);
    });
    addFeeds(this.#hub, {
      members: () => this.#hub.names().length,
      messages: () => this.#received + this.#hub.stats.delivered,
    });
    // Who was here before is here again, before anything else happens.
    for (const connection of this.#sockets.connections()) this.#open(connection);
  }

  /** Takes somebody in. */
  async fetch(request: Request): Promise<Response> {
    const upgrade = await this.#sockets.upgrade(request, { protocols: [hubSubprotocol] });
    if (upgrade.connection !== undefined) this.#open(upgrade.connection);
    return upgrade.response;
  }

  #open(connection: Connection): HubSession {
    const session = this.#server.open(connection, connection.state, {
      // The socket keeps what it takes to go on after a sleep.
      onState: (state) => connection.state = state,
    });
    this.#sessions.set(connection, session);
    return session;
  }

  async #receive(message: Message, connection: Connection): Promise<void> {
    this.#received++;
    const session = this.#sessions.get(connection) ?? this.#open(connection);
    await session.receive(message);
  }

  /** Called by the runtime. */
  webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#sockets.webSocketMessage(socket, message);
  }

  /** Called by the runtime. */
  webSocketClose(
    socket: HibernatedWebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    return this.#sockets.webSocketClose(socket, code, reason, wasClean);
  }

  /** Called by the runtime. */
  webSocketError(socket: HibernatedWebSocket, error: unknown): Promise<void> {
    return this.#sockets.webSocketError(socket, error);
  }
}
