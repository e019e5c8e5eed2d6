/**
 * From a name to whoever has it, here or at another hub.
 *
 * @module
 */

import { isThenable } from "./action_order.ts";
import type { Broker } from "./broker.ts";
import type { Exchange } from "./exchange.ts";
import { isLabel } from "./is_label.ts";
import { Member, type Target } from "./member.ts";
import type { OutgoingMessage } from "./outgoing_message.ts";
import type { Roster } from "./roster.ts";

/** The direct messages of one hub. */
export class DirectMessages {
  readonly #roster: Roster;
  readonly #exchange: Exchange;
  readonly #broker: Broker | undefined;

  constructor(roster: Roster, exchange: Exchange, broker: Broker | undefined) {
    this.#roster = roster;
    this.#exchange = exchange;
    this.#broker = broker;
  }

  /** Whom a name means at this moment. */
  find(name: string): Target | PromiseLike<Target> {
    const member = this.#roster.members.get(name);
    if (member !== undefined || this.#broker === undefined || !isLabel(name, Infinity)) return member;
    const identity = this.#broker.find(name);
    const toTarget = (found: string | undefined) =>
      found === undefined ? undefined : { name, identity: found };
    return isThenable(identity) ? identity.then(toTarget) : toTarget(identity);
  }

  /** Hands a message to somebody. Whether it was taken. */
  send(target: Target, message: OutgoingMessage): boolean | Promise<boolean> {
    if (target === undefined || this.#roster.closed) return false;
    if (target instanceof Member) return this.#exchange.deliver(target, message);
    return this.#broker!.send(target.name, target.identity, message.data);
  }

  /** Another hub sends to a member here, as it was when it was found. Whether it was taken. */
  receive(name: string, identity: string, message: OutgoingMessage): boolean {
    const member = this.#roster.members.get(name);
    if (member?.identity !== identity) return false;
    return this.#exchange.deliver(member, message) !== false;
  }
}
