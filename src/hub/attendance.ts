/**
 * Who is there: a list, kept up by what is told after it. Knows no connection.
 *
 * @module
 */

import { type HubClientEvent, listLimit } from "./application_protocol.ts";

/** Names, sorted, at most `listLimit`, and how many there are in all. */
export interface MemberList {
  /** The names. */
  readonly members: readonly string[];
  /** How many there are in all. */
  readonly total: number;
}

/** Whether an answer has a list. */
export function isList<Answer extends Partial<MemberList>>(answer: Answer): answer is Answer & MemberList {
  return answer.members !== undefined && answer.total !== undefined;
}

/**
 * The members of a hub, or of a topic: a list that a client was given, and what it has been told since.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Attendance } from "@weft/websocket/hub";
 *
 * const attendance = new Attendance({ members: ["ann", "bob"], total: 2 });
 * attendance.hear({ type: "joined", name: "eve" });
 * attendance.hear({ type: "left", name: "ann" });
 * assertEquals(attendance.list, { members: ["bob", "eve"], total: 2 });
 * ```
 */
export class Attendance {
  readonly #members: Set<string>;
  readonly #topic: string | undefined;
  #total: number;

  /** Begins with a list of all, or of a topic's. */
  constructor({ members, total }: MemberList, topic?: string) {
    this.#members = new Set(members);
    this.#total = total;
    this.#topic = topic;
  }

  /** The names that are known. */
  get members(): ReadonlySet<string> {
    return this.#members;
  }

  /** How many there are in all. */
  get total(): number {
    return this.#total;
  }

  /** As a list. */
  get list(): MemberList {
    return { members: [...this.#members].sort().slice(0, listLimit), total: this.#total };
  }

  /** Takes an event of the client. Whether it changed something. */
  hear(event: HubClientEvent): boolean {
    if (event.type === "joined") {
      if (event.topic !== this.#topic || this.#members.has(event.name)) return false;
      this.#members.add(event.name);
      this.#total++;
      return true;
    }
    // Who leaves altogether, leaves every topic.
    if (event.type !== "left" || (event.topic !== undefined && event.topic !== this.#topic)) return false;
    const isUnknown = this.#total > this.#members.size && event.topic === this.#topic;
    if (!this.#members.delete(event.name) && !isUnknown) return false;
    this.#total--;
    return true;
  }
}
