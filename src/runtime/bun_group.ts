/**
 * Groups of `Bun.serve`'s sockets, each a topic of Bun's own. Knows who cannot be reached by it, and not why.
 *
 * @module
 */

import type { ConnectionGroup, GroupSeat } from "../connection/connection_group.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import { toMessage } from "./message_data.ts";

/** What groups use of a `Bun.Server`. */
export interface BunPublisher {
  /** Sends to all sockets that are subscribed. */
  publish(topic: string, message: string | Uint8Array<ArrayBuffer>): number;
}

/** What groups use of a `Bun.ServerWebSocket`. */
export interface BunSubscriber extends BunPublisher {
  /** Bytes that wait. */
  getBufferedAmount(): number;
  /** Has it sent what is published to a topic. */
  subscribe(topic: string): void;
  /** The end of that, for what is published from now on. */
  unsubscribe(topic: string): void;
}

/**
 * Bytes of a group's messages after which it looks for sockets that are behind: Bun does not say so, and
 * drops what it cannot hold.
 */
const patience = 16_384;

/** The place of a socket, which has to take messages as they come in order to be reached by groups. */
export class BunSeat implements GroupSeat {
  readonly server: BunPublisher;
  readonly #isBehind: () => void;
  readonly #groups = new Set<BunGroup>();
  #socket: BunSubscriber | undefined;

  /** `isBehind` is called when bytes are found to wait in Bun. */
  constructor(server: BunPublisher, isBehind: () => void) {
    this.server = server;
    this.#isBehind = isBehind;
  }

  createGroup(): ConnectionGroup {
    return new BunGroup(this.server);
  }

  /** Has the groups reach the socket. */
  take(socket: BunSubscriber): void {
    if (this.#socket === socket) return;
    this.#socket = socket;
    for (const group of this.#groups) group.take(this, socket);
  }

  /** Has them not reach it. */
  leave(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    for (const group of this.#groups) group.leave(this, socket);
  }

  /** It is in a group from now on. */
  enter(group: BunGroup): void {
    if (this.#groups.has(group)) return;
    this.#groups.add(group);
    if (this.#socket !== undefined) group.take(this, this.#socket);
  }

  /** And not any more. */
  quit(group: BunGroup): void {
    if (this.#groups.delete(group) && this.#socket !== undefined) group.leave(this, this.#socket);
  }

  /** Looks whether it is behind. */
  check(): void {
    if (this.#socket !== undefined && this.#socket.getBufferedAmount() > 0) this.#isBehind();
  }

  /** Publishes to the others. */
  publish(topic: string, message: string | Uint8Array<ArrayBuffer>): void {
    this.#socket?.publish(topic, message);
  }
}

/** Sockets that are subscribed to a topic of Bun's. */
class BunGroup implements ConnectionGroup {
  readonly #server: BunPublisher;
  /** Nobody else's, be it another copy of this module. */
  readonly #topic = `weft ${crypto.randomUUID()}`;
  readonly #reached = new Set<BunSeat>();
  #unchecked = 0;

  constructor(server: BunPublisher) {
    this.#server = server;
  }

  get size(): number {
    return this.#reached.size;
  }

  add(seat: GroupSeat): void {
    if (seat instanceof BunSeat && seat.server === this.#server) seat.enter(this);
  }

  delete(seat: GroupSeat): void {
    if (seat instanceof BunSeat) seat.quit(this);
  }

  reaches(seat: GroupSeat): boolean {
    return this.#reached.has(seat as BunSeat);
  }

  send(message: PreparedMessage, except?: GroupSeat): void {
    if (this.#unchecked >= patience) this.#check();
    this.#unchecked += message.bytes.length;
    const data = toMessage(message)!;
    // A socket publishes to all but itself.
    if (except instanceof BunSeat && this.#reached.has(except)) except.publish(this.#topic, data);
    else this.#server.publish(this.#topic, data);
  }

  #check(): void {
    this.#unchecked = 0;
    for (const seat of this.#reached) seat.check();
  }

  /** A socket is reached from now on. */
  take(seat: BunSeat, socket: BunSubscriber): void {
    this.#reached.add(seat);
    socket.subscribe(this.#topic);
  }

  /** It is not any more. */
  leave(seat: BunSeat, socket: BunSubscriber): void {
    this.#reached.delete(seat);
    socket.unsubscribe(this.#topic);
  }
}
