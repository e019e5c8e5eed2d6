/**
 * A server that has a call to send to many of its connections, as Bun's has.
 *
 * @module
 */

import type { ConnectionGroup, GroupSeat } from "../../src/connection/connection_group.ts";
import type { PreparedMessage } from "../../src/protocol/prepared_message.ts";
import type { RecordedConnection } from "./hub_connection.ts";

/** Gives connections their seats. */
export class GroupServer {
  /** Calls that sent to a group. */
  calls = 0;
  /** Groups that have somebody in them. */
  readonly groups = new Set<Group>();
  /** Whom no call reaches. */
  readonly apart = new Set<RecordedConnection>();

  /** Has calls reach a connection. */
  serve(connection: RecordedConnection): RecordedConnection {
    connection.groupSeat = new Seat(this, connection);
    return connection;
  }
}

class Seat implements GroupSeat {
  readonly server: GroupServer;
  readonly connection: RecordedConnection;

  constructor(server: GroupServer, connection: RecordedConnection) {
    this.server = server;
    this.connection = connection;
  }

  createGroup(): ConnectionGroup {
    return new Group(this.server);
  }
}

class Group implements ConnectionGroup {
  readonly #server: GroupServer;
  readonly #seats = new Set<Seat>();

  constructor(server: GroupServer) {
    this.#server = server;
  }

  get size(): number {
    return [...this.#seats].filter((seat) => this.reaches(seat)).length;
  }

  add(seat: GroupSeat): void {
    this.#seats.add(seat as Seat);
    this.#server.groups.add(this);
  }

  delete(seat: GroupSeat): void {
    this.#seats.delete(seat as Seat);
    if (this.#seats.size === 0) this.#server.groups.delete(this);
  }

  reaches(seat: GroupSeat): boolean {
    return this.#seats.has(seat as Seat) && !this.#server.apart.has((seat as Seat).connection);
  }

  send({ data }: PreparedMessage, except?: GroupSeat): void {
    this.#server.calls++;
    for (const seat of this.#seats) {
      if (seat !== except && this.reaches(seat)) seat.connection.sent.push(data);
    }
  }
}
