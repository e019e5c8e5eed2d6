/**
 * What one client of a hub's server is subscribed to, and whose comings and goings it is told.
 *
 * @module
 */

import { type HubAnswer, listNames, writeHubReply } from "./application_protocol.ts";
import type { Hub } from "./hub.ts";
import { presenceChannels } from "./hub_server_options.ts";
import type { Member } from "./member.ts";

/** The topics of one session. */
export class SessionTopics {
  /** Whether it is told of all members that come and go. */
  everybody = false;
  readonly #hub: Hub;
  /** The topics whose comings and goings it is told. */
  readonly #followed = new Set<string>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Whether it is told who comes to a topic and leaves it. */
  follows(topic: string): boolean {
    return this.#followed.has(topic);
  }

  /** Subscribes; with `presence`, tells who is there. */
  async subscribe(member: Member, topic: string, presence: boolean): Promise<HubAnswer> {
    const before = member.topics.includes(topic);
    await member.subscribe(topic);
    if (!before) this.#announce("joined", member, topic);
    if (!presence) return { topic };
    try {
      await this.follow(member, topic);
      return { topic, ...listNames(await member.list(topic)) };
    } catch (error) {
      this.#unfollow(member, topic);
      if (!before) await this.unsubscribe(member, topic);
      throw error;
    }
  }

  /** Unsubscribes. */
  async unsubscribe(member: Member, topic: string): Promise<HubAnswer> {
    const before = member.topics.includes(topic);
    await member.unsubscribe(topic);
    this.#unfollow(member, topic);
    if (before) this.#announce("left", member, topic);
    return {};
  }

  /** Has a member be told who comes and goes. */
  async follow(member: Member, topic: string): Promise<void> {
    this.#followed.add(topic);
    // Who follows everybody is told of those who leave anyway.
    if (!this.everybody) await this.#hub.follow(member, presenceChannels.leaving);
    await this.#hub.follow(member, presenceChannels.ofTopic(topic));
  }

  #unfollow(member: Member, topic: string): void {
    this.#followed.delete(topic);
    this.#hub.unfollow(member, presenceChannels.ofTopic(topic));
    if (this.#followed.size === 0) this.#hub.unfollow(member, presenceChannels.leaving);
  }

  #announce(type: "joined" | "left", { name }: Member, topic: string): void {
    void this.#hub.announce(presenceChannels.ofTopic(topic), writeHubReply({ type, name, topic }));
  }
}
