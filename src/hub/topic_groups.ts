/**
 * Who listens to what, and which of them one call of their runtime reaches. Knows no policy for those that it
 * does not.
 *
 * @module
 */

import type { ConnectionGroup, GroupSeat } from "../connection/connection_group.ts";
import type { PreparedMessage } from "../protocol/prepared_message.ts";
import type { HubConnection } from "./hub_options.ts";
import { TopicIndex } from "./topic_index.ts";

/** Somebody with a connection. */
interface Connected {
  readonly connection: Pick<HubConnection, "groupSeat">;
}

/** What is sent to in one go in one topic. */
interface Audience {
  /** One for each server that subscribers are connected to. */
  readonly groups: Map<object, ConnectionGroup>;
  /** Who sits where: the second of two subscribers with one connection has no seat. */
  readonly seats: Map<GroupSeat, Connected>;
}

/** An index of topics whose subscribers are sent to by as few calls as can be. */
export class TopicGroups<Subscriber extends Connected> extends TopicIndex<Subscriber> {
  readonly #audiences = new Map<string, Audience>();

  override add(topic: string, subscriber: Subscriber): boolean {
    const { groupSeat } = subscriber.connection;
    if (groupSeat !== undefined) this.#seat(topic, subscriber, groupSeat);
    return super.add(topic, subscriber);
  }

  override delete(topic: string, subscriber: Subscriber): boolean {
    const { groupSeat } = subscriber.connection;
    if (groupSeat !== undefined) this.#unseat(topic, subscriber, groupSeat);
    return super.delete(topic, subscriber);
  }

  /**
   * Sends to all subscribers but one whom a call reaches, and visits the others, as `visit()` does. Returns
   * how many it has sent to.
   */
  send(
    topic: string,
    message: PreparedMessage,
    except: Subscriber | undefined,
    visitOther: (subscriber: Subscriber) => void,
  ): number {
    const groups = this.#audiences.get(topic)?.groups;
    const isReached = except !== undefined && this.#reaches(topic, except);
    let sent = isReached ? -1 : 0;
    for (const group of groups?.values() ?? []) {
      if (group.size === 0) continue;
      group.send(message, isReached ? except.connection.groupSeat : undefined);
      sent += group.size;
    }
    const excepted = except !== undefined && this.includes(topic, except) ? 1 : 0;
    if (sent + excepted === this.countSubscribers(topic)) return sent;
    this.visit(topic, (subscriber) => {
      if (subscriber !== except && !this.#reaches(topic, subscriber)) visitOther(subscriber);
    });
    return sent;
  }

  #seat(topic: string, subscriber: Subscriber, seat: GroupSeat): void {
    let audience = this.#audiences.get(topic);
    if (audience === undefined) {
      this.#audiences.set(topic, audience = { groups: new Map(), seats: new Map() });
    }
    const { groups, seats } = audience;
    if (seats.has(seat)) return;
    seats.set(seat, subscriber);
    let group = groups.get(seat.server);
    if (group === undefined) groups.set(seat.server, group = seat.createGroup());
    group.add(seat);
  }

  #unseat(topic: string, subscriber: Subscriber, seat: GroupSeat): void {
    const audience = this.#audiences.get(topic);
    if (audience?.seats.get(seat) !== subscriber) return;
    audience.seats.delete(seat);
    audience.groups.get(seat.server)?.delete(seat);
    if (audience.seats.size === 0) this.#audiences.delete(topic);
  }

  #reaches(topic: string, subscriber: Subscriber): boolean {
    const { groupSeat } = subscriber.connection;
    if (groupSeat === undefined) return false;
    const audience = this.#audiences.get(topic);
    return audience?.seats.get(groupSeat) === subscriber &&
      audience.groups.get(groupSeat.server)!.reaches(groupSeat);
  }
}
