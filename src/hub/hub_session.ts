/**
 * One client of a hub's server, from login to the end: which requests it may make when, and what becomes of them. Knows nothing of how
 * messages are received.
 *
 * @module
 */

import type { ByteSource } from "../connection/bytes.ts";
import type { Message } from "../connection/connection_options.ts";
import {
  type HubAnswer,
  hubProtocolVersion,
  type HubReply,
  type HubRequest,
  listLimit,
  normaliseLabel,
  readHubRequest,
  writeHubReply,
  writeTopicMessage,
} from "./application_protocol.ts";
import type { Hub } from "./hub.ts";
import { HubError, type HubErrorCode } from "./hub_error.ts";
import type { HubConnection } from "./hub_options.ts";
import { type HubServerLimits, presenceChannels } from "./hub_server_options.ts";
import type { Member } from "./member.ts";
import { quiet } from "./quiet.ts";
import { TokenBucket } from "./token_bucket.ts";

/** What a session is at the moment, as JSON, for whoever has to begin it again after a sleep. */
export interface SessionState {
  /** The name; none before login. */
  readonly name?: string;
  /** Whether it is told of all members that come and go. */
  readonly presence: boolean;
  /** Its topics, and whether it is told of who comes to each and leaves it. */
  readonly topics: readonly { readonly topic: string; readonly presence: boolean }[];
}

/** How many bursts of refused requests are borne with. */
const patience = 10;
/** Requests that may be under way before the client has to wait. */
const maxPending = 64;
/** Bytes of answers that may wait before the client has to. */
const maxWaiting = 65_536;

/** A client's session. */
export class HubSession {
  readonly #hub: Hub;
  readonly #connection: HubConnection;
  readonly #limits: HubServerLimits;
  readonly #bucket: TokenBucket;
  #member: Member | undefined;
  #presence = false;
  /** The topics whose comings and goings it is told. */
  readonly #followed = new Set<string>();
  /** Settles when the login that is under way is done: what comes meanwhile waits behind it. */
  #login: Promise<void> | undefined;
  #pending = 0;
  #cancelLoginTimer: (() => void) | undefined;

  /** Made by `HubServer.open()`. */
  constructor(hub: Hub, connection: HubConnection, limits: HubServerLimits, state?: SessionState) {
    this.#hub = hub;
    this.#connection = connection;
    this.#limits = limits;
    this.#bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, limits.clock);
    if (state?.name !== undefined) {
      this.#login = this.#resume(state.name, state);
    } else {
      this.#cancelLoginTimer = limits.clock.after(
        limits.loginTimeout,
        () => this.#close(1008, "No login in time"),
      );
    }
    const end = () => this.#cancelLoginTimer?.();
    connection.closed.then(end, end);
  }

  /** The member that this client is, once it has logged in. */
  get member(): Member | undefined {
    return this.#member;
  }

  /** What it takes to go on with this session later. */
  get state(): SessionState {
    const topics = (this.#member?.topics ?? []).map((topic) => ({
      topic,
      presence: this.#followed.has(topic),
    }));
    return {
      ...(this.#member === undefined ? undefined : { name: this.#member.name }),
      presence: this.#presence,
      topics,
    };
  }

  /**
   * Takes a message of the client. Where it returns a promise, the client has to wait: the next message is better not read before. Never throws
   * or rejects.
   */
  receive(message: Message): void | Promise<void> {
    const debt = this.#limits.requestBurst * patience;
    const left = this.#bucket.take(debt);
    if (left <= -debt) return this.#close(1008, "Too many requests");
    if (left < 0) return this.#refuseFlood(message);
    if (this.#login !== undefined) return this.#login.then(() => this.#take(message));
    return this.#take(message);
  }

  #refuseFlood(message: Message): void | Promise<void> {
    const error = new HubError("rate-limited", "Cannot answer: too many requests");
    const id = typeof message === "string" && message.length <= this.#limits.maxRequestLength
      ? readHubRequest(message).id
      : null;
    return this.#refuse(id, error);
  }

  #take(message: Message): void | Promise<void> {
    if (typeof message !== "string") return this.#echoBytes(message);
    if (message.length > this.#limits.maxRequestLength) {
      return this.#refuse(
        null,
        new HubError("too-big", `Cannot read: more than ${this.#limits.maxRequestLength} units`),
      );
    }
    const read = readHubRequest(message);
    if ("error" in read) return this.#refuse(read.id, read.error);
    const { id, request } = read;
    if (request.type === "login") return this.#begin(id, request);
    const member = this.#member;
    if (member === undefined) {
      return this.#refuse(id, new HubError("not-logged-in", "Cannot answer: log in first"));
    }
    try {
      return this.#answer(id, this.#perform(member, request));
    } catch (error) {
      return this.#refuse(id, error);
    }
  }

  #echoBytes(bytes: Uint8Array): void | Promise<void> {
    if (this.#member !== undefined) return this.#send(bytes);
    return this.#refuse(null, new HubError("not-logged-in", "Cannot echo: log in first"));
  }

  // Login

  #begin(id: number, { version, name, presence }: HubRequest & { type: "login" }): void | Promise<void> {
    if (version !== hubProtocolVersion) {
      return this.#refuse(
        id,
        new HubError("unsupported-version", `Cannot log in: this is version ${hubProtocolVersion}`),
      );
    }
    if (this.#member !== undefined) {
      return this.#refuse(
        id,
        new HubError("already-logged-in", `Cannot log in: you are ${this.#member.name}`),
      );
    }
    const normal = normaliseLabel(name);
    if (normal === undefined) {
      return this.#refuse(id, new HubError("invalid-name", "Cannot log in: no name can be like this"));
    }
    this.#login = this.#join(normal, presence).then(
      (answer) => this.#reply({ type: "ok", id, name: normal, ...answer }),
      (error) => this.#refuse(id, error),
    ).finally(() => this.#login = undefined);
    return this.#login;
  }

  async #join(name: string, presence: boolean): Promise<HubAnswer> {
    const member = await this.#hub.join(this.#connection, { name });
    this.#cancelLoginTimer?.();
    this.#member = member;
    if (!presence) return {};
    await this.#hub.follow(member, presenceChannels.members);
    try {
      const answer = listNames(await member.list());
      this.#presence = true;
      return answer;
    } catch (error) {
      // Who may not know, may not be here on these terms.
      this.#member = undefined;
      member.leave();
      throw error;
    }
  }

  async #resume(name: string, { presence, topics }: SessionState): Promise<void> {
    try {
      await this.#join(name, presence);
      for (const { topic, presence } of topics) {
        await this.#member!.subscribe(topic);
        if (presence) await this.#follow(this.#member!, topic);
      }
    } catch {
      this.#close(1008, "Cannot go on");
    } finally {
      this.#login = undefined;
    }
  }

  // Requests

  async #perform(member: Member, request: Exclude<HubRequest, { type: "login" }>): Promise<HubAnswer> {
    switch (request.type) {
      case "echo":
        return { data: request.data };
      case "send": {
        const { to, data } = request;
        const text = writeHubReply({ type: "direct", from: member.name, data });
        if (await member.send(normaliseLabel(to) ?? "", text)) return {};
        throw new HubError("not-delivered", "Cannot send: nobody of that name, or too slow");
      }
      case "publish": {
        const topic = checkTopic(request.topic);
        await member.publish(topic, writeTopicMessage(topic, request.data, member.name));
        return {};
      }
      case "subscribe":
        return await this.#subscribe(member, checkTopic(request.topic), request.presence);
      case "unsubscribe":
        return await this.#unsubscribe(member, checkTopic(request.topic));
      case "list":
        return listNames(
          await member.list(request.topic === undefined ? undefined : checkTopic(request.topic)),
        );
    }
  }

  async #subscribe(member: Member, topic: string, presence: boolean): Promise<HubAnswer> {
    const before = member.topics.includes(topic);
    await member.subscribe(topic);
    if (!before) this.#announce("joined", member, topic);
    if (!presence) return { topic };
    try {
      await this.#follow(member, topic);
      return { topic, ...listNames(await member.list(topic)) };
    } catch (error) {
      this.#hub.unfollow(member, presenceChannels.ofTopic(topic));
      if (!before) await this.#unsubscribe(member, topic);
      throw error;
    }
  }

  async #unsubscribe(member: Member, topic: string): Promise<HubAnswer> {
    const before = member.topics.includes(topic);
    await member.unsubscribe(topic);
    this.#followed.delete(topic);
    this.#hub.unfollow(member, presenceChannels.ofTopic(topic));
    if (this.#followed.size === 0) this.#hub.unfollow(member, presenceChannels.leaving);
    if (before) this.#announce("left", member, topic);
    return {};
  }

  async #follow(member: Member, topic: string): Promise<void> {
    this.#followed.add(topic);
    // Who follows everybody is told of those who leave anyway.
    if (!this.#presence) await this.#hub.follow(member, presenceChannels.leaving);
    await this.#hub.follow(member, presenceChannels.ofTopic(topic));
  }

  #announce(type: "joined" | "left", { name }: Member, topic: string): void {
    void this.#hub.announce(presenceChannels.ofTopic(topic), writeHubReply({ type, name, topic }));
  }

  // Answers

  /** Answers when the result is there; too many of these, and the client has to wait. */
  #answer(id: number, result: Promise<HubAnswer>): void | Promise<void> {
    this.#pending++;
    const answered = result.then(
      (answer) => this.#reply({ type: "ok", id, ...answer }),
      (error) => this.#refuse(id, error),
    ).finally(() => this.#pending--);
    if (this.#pending >= maxPending) return answered;
  }

  #refuse(id: number | null, error: unknown): void | Promise<void> {
    const code: HubErrorCode = error instanceof HubError ? error.code : "internal";
    const message = error instanceof HubError ? error.message : "Cannot answer: the server failed";
    return this.#reply({ type: "error", id, code, message });
  }

  #reply(reply: HubReply): void | Promise<void> {
    let text: string;
    try {
      text = writeHubReply(reply);
    } catch {
      const id = reply.type === "ok" ? reply.id : null;
      text = writeHubReply({
        type: "error",
        id,
        code: "malformed",
        message: "Cannot answer: nested too deep",
      });
    }
    return this.#send(text);
  }

  /** Sends to this client itself. Where it does not read its answers, it has to wait. */
  #send(data: string | ByteSource): void | Promise<void> {
    try {
      const sent = quiet(this.#connection.send(data));
      if (this.#connection.bufferedAmount > maxWaiting) return sent.catch(() => {});
    } catch {
      // The connection has ended, as everybody will be told.
    }
  }

  #close(closeCode: number, reason: string): void {
    try {
      quiet(this.#connection.close({ closeCode, reason }));
    } catch {
      this.#connection.abort();
    }
  }
}

/** The topic as it is now. Throws `HubError`. */
function checkTopic(topic: string): string {
  const normal = normaliseLabel(topic);
  if (normal === undefined) {
    throw new HubError("invalid-topic", "Cannot use the topic: none can be like this");
  }
  return normal;
}

/** Names for an answer. */
function listNames(names: string[]): { members: string[]; total: number } {
  return { members: names.sort().slice(0, listLimit), total: names.length };
}
