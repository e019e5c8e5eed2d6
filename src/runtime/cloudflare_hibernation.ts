/**
 * WebSockets of a Durable Object that outlive its time in memory: the events of hibernating sockets as
 * connections, and what they need to be known again in their attachments. Knows of workerd what it takes and
 * says; type-checks and loads anywhere.
 *
 * @module
 */

import type { WebSocketCloseInfo } from "../connection/close_info.ts";
import type { MessageHandler } from "../connection/connection_options.ts";
import {
  answerWithSocket,
  checkWorkerRequest,
  cloudflareCapabilities,
  cloudflareTraits,
  type CloudflareUpgradeOptions,
  longestMessage,
} from "./cloudflare_upgrade.ts";
import { type HibernatedWebSocket, type HibernatingEvents, listenTo } from "./hibernating_events.ts";
import { NativeConnection } from "./native_connection.ts";
import type { NativeConnectionOptions, NativeOptions } from "./native_options.ts";
import { checkNativeUpgradeOptions, type NativeUpgrade, upgradeNative } from "./native_upgrade.ts";
import { StandardSocket } from "./standard_socket.ts";

/** What is used of the `DurableObjectState` that a Durable Object is constructed with. */
export interface DurableObjectContext {
  /** Accepts a socket that may hibernate. */
  acceptWebSocket(socket: HibernatedWebSocket, tags?: string[]): void;
  /** All sockets, or those with a tag. */
  getWebSockets(tag?: string): HibernatedWebSocket[];
  /** The tags of a socket. */
  getTags(socket: HibernatedWebSocket): string[];
}

/**
 * The options of `new HibernatingWebSockets()`. They hold for all connections, also for
 * those that wake the object.
 */
export interface HibernationOptions<State>
  extends Pick<NativeOptions, "maxMessageSize" | "maxReceiveQueue" | "closeTimeout" | "clock"> {
  /** Receives the messages of all connections, each one's in order. It is the only way. */
  readonly onMessage: MessageHandler<HibernatingConnection<State>>;
  /**
   * Called once for each connection when it has ended. What it throws goes to the runtime, by the
   * handler that told of the end.
   */
  readonly onClose?:
    | ((info: WebSocketCloseInfo, connection: HibernatingConnection<State>) => unknown)
    | undefined;
}

/** The options of `HibernatingWebSockets.upgrade()`: the handshake's, and what to remember. */
export interface HibernatingUpgradeOptions<State>
  extends
    Pick<CloudflareUpgradeOptions, "protocols" | "origins" | "authorize" | "headers" | "handshakeTimeout"> {
  /** At most ten, by which `connections()` finds it. */
  readonly tags?: readonly string[] | undefined;
  /** The first value of the connection's `state`. */
  readonly state?: State | undefined;
}

/** What is kept while the object is out of memory. */
interface Attachment<State> {
  readonly protocol: string;
  readonly state: State | undefined;
}

/** A socket that was met since the object came into memory. */
interface Met<State> {
  readonly events: HibernatingEvents;
  readonly connection: HibernatingConnection<State>;
  /** Settles once `onClose` is done. */
  readonly ended: Promise<unknown>;
}

/** A connection of a Durable Object, which stays while the object leaves the memory and comes back. */
export class HibernatingConnection<State = unknown> extends NativeConnection {
  /** The tags that it was accepted with. */
  readonly tags: readonly string[];
  readonly #socket: HibernatedWebSocket;

  /** Made by `HibernatingWebSockets`. */
  constructor(events: HibernatingEvents, tags: readonly string[], options: NativeConnectionOptions) {
    super(new StandardSocket(events, cloudflareTraits), options);
    this.#socket = events.socket;
    this.tags = tags;
  }

  /**
   * What the application wants to know of it again: anything that can be cloned, of at most
   * 16 KiB; setting more throws.
   */
  get state(): State | undefined {
    return (this.#socket.deserializeAttachment() as Attachment<State> | null)?.state;
  }

  set state(state: State | undefined) {
    this.#socket.serializeAttachment({ protocol: this.protocol, state } satisfies Attachment<State>);
  }
}

/**
 * The hibernating sockets of one Durable Object. Made in its constructor; its three WebSocket handlers pass
 * on what they are called with. Where the object closes first, workerd keeps the TCP connection until the
 * object sleeps, ten seconds later; clients that wait for its end see it then.
 *
 * @example
 * ```ts ignore
 * import { HibernatingWebSockets } from "@weft/websocket/cloudflare";
 * import type { DurableObjectContext, HibernatedWebSocket } from "@weft/websocket/cloudflare";
 *
 * export class Room {
 *   readonly #sockets: HibernatingWebSockets<string>;
 *
 *   constructor(context: DurableObjectContext) {
 *     this.#sockets = new HibernatingWebSockets(context, {
 *       onMessage: (message, { state }) => {
 *         for (const connection of this.#sockets.connections()) void connection.send(`${state}: ${message}`);
 *       },
 *     });
 *   }
 *
 *   async fetch(request: Request): Promise<Response> {
 *     return (await this.#sockets.upgrade(request, { state: new URL(request.url).search })).response;
 *   }
 *
 *   webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer) {
 *     return this.#sockets.webSocketMessage(socket, message);
 *   }
 *
 *   webSocketClose(socket: HibernatedWebSocket, code: number, reason: string, wasClean: boolean) {
 *     return this.#sockets.webSocketClose(socket, code, reason, wasClean);
 *   }
 *
 *   webSocketError(socket: HibernatedWebSocket, error: unknown) {
 *     return this.#sockets.webSocketError(socket, error);
 *   }
 * }
 * ```
 */
export class HibernatingWebSockets<State = unknown> {
  readonly #context: DurableObjectContext;
  readonly #options: HibernationOptions<State>;
  /** Those that were met since the object came into memory. */
  readonly #met = new WeakMap<HibernatedWebSocket, Met<State>>();

  /** Throws `TypeError` or `RangeError` for options that mean nothing, or nothing here. */
  constructor(context: DurableObjectContext, options: HibernationOptions<State>) {
    const { onMessage, onClose, ...rest } = options;
    for (const [name, value] of [["onMessage", onMessage], ["onClose", onClose ?? (() => {})]] as const) {
      if (typeof value !== "function") throw new TypeError(`Cannot use ${name}: not a function`);
    }
    checkNativeUpgradeOptions(rest, cloudflareCapabilities, longestMessage);
    this.#context = context;
    this.#options = options;
  }

  /**
   * Upgrades a request of the object's `fetch()`. Resolves with the response to return, and the connection,
   * or why there is none. Never rejects for what the peer did. Rejects with `TypeError` or `RangeError` for
   * options that mean nothing.
   */
  async upgrade(
    request: Request,
    options: HibernatingUpgradeOptions<State> = {},
  ): Promise<NativeUpgrade<HibernatingConnection<State>>> {
    const { tags = [], state, ...handshake } = options;
    checkNativeUpgradeOptions(handshake, cloudflareCapabilities, longestMessage);
    return await upgradeNative(request, handshake, (upgrade) => {
      const { response, socket } = answerWithSocket(upgrade);
      const hibernated = socket as unknown as HibernatedWebSocket;
      this.#context.acceptWebSocket(hibernated, [...tags]);
      hibernated.serializeAttachment({ protocol: upgrade.protocol, state } satisfies Attachment<State>);
      return { response, connection: this.#meet(hibernated, { request: upgrade.request }).connection };
    }, checkWorkerRequest);
  }

  /** The connections that are open, or those of them with a tag. */
  connections(tag?: string): HibernatingConnection<State>[] {
    return this.#context.getWebSockets(tag)
      .map((socket) => this.#meet(socket).connection)
      .filter(({ readyState }) => readyState === "open");
  }

  /** A message has come. Resolves when the application is done with it. */
  async webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#meet(socket).events.receive(message);
  }

  /** A socket was closed. Settles as `onClose` does. */
  async webSocketClose(
    socket: HibernatedWebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    const { events, ended } = this.#meet(socket);
    events.end({ code, reason, wasClean });
    await ended;
  }

  /** A socket has failed. Settles as `onClose` does. */
  async webSocketError(socket: HibernatedWebSocket, error: unknown): Promise<void> {
    const { events, ended } = this.#meet(socket);
    events.fail(error);
    await ended;
  }

  #meet(
    socket: HibernatedWebSocket,
    { request }: Pick<NativeConnectionOptions, "request"> = {},
  ): Met<State> {
    const known = this.#met.get(socket);
    if (known !== undefined) return known;
    const { onMessage, onClose, ...rest } = this.#options;
    const events = listenTo(socket);
    const { protocol = "" } = (socket.deserializeAttachment() as Attachment<State> | null) ?? {};
    const connection: HibernatingConnection<State> = new HibernatingConnection<State>(
      events,
      this.#context.getTags(socket),
      {
        ...rest,
        role: "server",
        protocol,
        request,
        onMessage: (message) => events.handled(() => onMessage(message, connection)),
      },
    );
    const ended = connection.closed.then((info) => onClose?.(info, connection));
    // Whoever tells of the end hears of it.
    ended.catch(() => {});
    const met = { events, connection, ended };
    this.#met.set(socket, met);
    return met;
  }
}
