/**
 * Who is who: names and members, and how one comes to be a member. Knows nothing of messages.
 *
 * @module
 */

import { rejectQuietly } from "../connection/quietly.ts";
import { ActionOrder, isThenable } from "./action_order.ts";
import type { Broker } from "./broker.ts";
import { HubError } from "./hub_error.ts";
import type { HubAction, HubConnection, HubLimits } from "./hub_options.ts";
import { isLabel } from "./is_label.ts";
import type { Member } from "./member.ts";

/** What a roster needs of its hub. */
export interface RosterHub {
  allow(action: HubAction): boolean | PromiseLike<boolean>;
  create(name: string, identity: string, connection: HubConnection): Member;
  joined(member: Member): void;
  left(member: Member): void;
}

/** The members of one hub, by name. */
export class Roster {
  /** The members. */
  readonly members: Map<string, Member> = new Map();
  /** Whether nobody joins any more. */
  closed = false;
  /** Names of those who are about to join. */
  readonly #joining = new Set<string>();
  readonly #limits: HubLimits;
  readonly #broker: Broker | undefined;
  readonly #hub: RosterHub;
  #identity = 0;

  constructor(limits: HubLimits, broker: Broker | undefined, hub: RosterHub) {
    this.#limits = limits;
    this.#broker = broker;
    this.#hub = hub;
  }

  /** Whether somebody is a member still. */
  includes(member: Member): boolean {
    return this.members.get(member.name) === member;
  }

  /** Joins a connection under a name. Rejects with `HubError`. */
  join(connection: HubConnection, name: string): Promise<Member> {
    const refusal = this.#refuse(name, connection);
    if (refusal !== undefined) return rejectQuietly(refusal);
    this.#joining.add(name);
    const joined = new ActionOrder().run<boolean, Member>(
      () => this.#hub.allow({ type: "join", name, connection }),
      (allowed) => {
        if (!allowed) throw new HubError("not-allowed", "Cannot join: not allowed");
        const identity = this.#broker === undefined ? `${++this.#identity}` : this.#broker.claim(name);
        return isThenable(identity)
          ? identity.then(
            (claimed) => this.#admit(name, claimed, connection),
            (error) => {
              throw this.closed ? closing() : error;
            },
          )
          : this.#admit(name, identity, connection);
      },
    );
    joined.catch(() => this.#joining.delete(name));
    return joined;
  }

  #refuse(name: string, connection: HubConnection): HubError | undefined {
    const { maxNameLength, maxMembers } = this.#limits;
    if (this.closed) return closing();
    if (!isLabel(name, maxNameLength)) {
      return new HubError("invalid-name", `Cannot join: a name is text of 1 to ${maxNameLength} units`);
    }
    if (this.members.has(name) || this.#joining.has(name)) {
      return new HubError("name-taken", "Cannot join: the name is taken");
    }
    if (this.members.size + this.#joining.size >= maxMembers) {
      return new HubError("too-many-members", `Cannot join: ${maxMembers} members already`);
    }
    if (connection.readyState !== "open") {
      return new HubError("left", "Cannot join: the connection is not open");
    }
    return undefined;
  }

  #admit(name: string, identity: string | undefined, connection: HubConnection): Member {
    if (this.closed || connection.readyState !== "open") {
      if (identity !== undefined) this.#broker?.release(name);
      throw this.closed ? closing() : new HubError("left", "Cannot join: the connection is not open");
    }
    if (identity === undefined) throw new HubError("name-taken", "Cannot join: the name is taken");
    const member = this.#hub.create(name, identity, connection);
    this.#joining.delete(name);
    this.members.set(name, member);
    const remove = () => this.remove(member);
    connection.closed.then(remove, remove);
    this.#hub.joined(member);
    return member;
  }

  /** Removes a member, if it is one. */
  remove(member: Member): void {
    if (!this.includes(member)) return;
    this.members.delete(member.name);
    this.#broker?.release(member.name);
    this.#hub.left(member);
  }
}

function closing(): HubError {
  return new HubError("closing", "Cannot join: the hub closes");
}
