/**
 * Which of a topic's subscribers one call of their runtime reaches. Knows who subscribes from others.
 *
 * @module
 */

import type { ConnectionGroup, GroupSeat } from "../connection/connection_group.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import type { HubConnection } from "./hub_options.ts";

/** Somebody with a connection. */
interface Subscriber {
  readonly connection: Pick<HubConnection, "groupSeat">;
}

/** What is sent to in one go in one topic. */
interface Audience {
  /** One for each server that subscribers are connected to. */
  readonly groups: Map<object, ConnectionGroup>;
  /** Who sits where: the second of two subscribers with one connection has no seat. */
  readonly seats: Map<GroupSeat, Subscriber>;
}

/** The groups of all topics. */
export class TopicGroups {
  readonly #topics = new Map<string, Audience>();

  /** A subscriber has come. */
  add(topic: string, subscriber: Subscriber): void {
    const { groupSeat } = subscriber.connection;
    if (groupSeat === undefined) return;
    let audience = this.#topics.get(topic);
    if (audience === undefined) this.#topics.set(topic, audience = { groups: new Map(), seats: new Map() });
    const { groups, seats } = audience;
    if (seats.has(groupSeat)) return;
    seats.set(groupSeat, subscriber);
    let group = groups.get(groupSeat.server);
    if (group === undefined) groups.set(groupSeat.server, group = groupSeat.createGroup());
    group.add(groupSeat);
  }

  /** A subscriber has gone. */
  delete(topic: string, subscriber: Subscriber): void {
    const { groupSeat } = subscriber.connection;
    const audience = this.#topics.get(topic);
    if (groupSeat === undefined || audience?.seats.get(groupSeat) !== subscriber) return;
    audience.seats.delete(groupSeat);
    audience.groups.get(groupSeat.server)?.delete(groupSeat);
    if (audience.seats.size === 0) this.#topics.delete(topic);
  }

  /** Whether `send()` reaches the subscriber now. */
  reaches(topic: string, subscriber: Subscriber): boolean {
    const { groupSeat } = subscriber.connection;
    if (groupSeat === undefined) return false;
    const audience = this.#topics.get(topic);
    return audience?.seats.get(groupSeat) === subscriber &&
      audience.groups.get(groupSeat.server)!.reaches(groupSeat);
  }

  /** Sends to all whom one call reaches, but for one. Returns how many these are. */
  send(topic: string, message: PreparedMessage, except: Subscriber | undefined): number {
    const audience = this.#topics.get(topic);
    if (audience === undefined) return 0;
    const excepted = except !== undefined && this.reaches(topic, except);
    let reached = excepted ? -1 : 0;
    for (const group of audience.groups.values()) {
      if (group.size === 0) continue;
      group.send(message, excepted ? except.connection.groupSeat : undefined);
      reached += group.size;
    }
    return reached;
  }
}
