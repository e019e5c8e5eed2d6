/**
 * One call that sends to many connections, as the sockets of some runtimes have it. Types alone.
 *
 * @module
 */

import type { PreparedMessage } from "../protocol/prepared_message.ts";

/** The place of a connection among those of its server. */
export interface GroupSeat {
  /** Who has it in common can be in one group. */
  readonly server: object;
  /** Makes a group of connections to this server. */
  createGroup(): ConnectionGroup;
}

/** Connections that one call sends to. None of its calls throws. */
export interface ConnectionGroup {
  /** How many connections `send()` reaches now. */
  readonly size: number;
  /** Takes in a connection of this server; passes over others, and those that it has. */
  add(seat: GroupSeat): void;
  /** Lets go of a connection; what was sent to it before leaves. */
  delete(seat: GroupSeat): void;
  /**
   * Whether `send()` reaches a connection now: not while something waits that it was sent by itself, or more
   * than its peer reads, and not from its Close on. Whoever is not reached is to be sent to by itself.
   */
  reaches(seat: GroupSeat): boolean;
  /** Sends to all whom it reaches but one, behind what was sent to them before. */
  send(message: PreparedMessage, except?: GroupSeat): void;
}
