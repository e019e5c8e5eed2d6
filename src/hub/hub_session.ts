/**
 * One client of a hub's server, from login to the end: which requests it may make when, and what becomes of them. Knows nothing of how
 * messages are received.
 *
 * @module
 */

import type { Message } from "../connection/connection_options.ts";
import {
  type HubAnswer,
  hubProtocolVersion,
  type HubRequest,
  listNames,
  normaliseLabel,
  readHubRequest,
  writeHubReply,
  writeTopicMessage,
} from "./application_protocol.ts";
import type { Hub } from "./hub.ts";
import { HubError } from "./hub_error.ts";
import type { HubConnection } from "./hub_options.ts";
import { type HubServerLimits, presenceChannels } from "./hub_server_options.ts";
import type { Member } from "./member.ts";
import { quiet } from "./quiet.ts";
import { ReplyWriter } from "./reply_writer.ts";
import { SessionTopics } from "./session_topics.ts";
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

/** A client's session. */
export class HubSession {
  readonly #hub: Hub;
  readonly #connection: HubConnection;
  readonly #limits: HubServerLimits;
  readonly #bucket: TokenBucket;
  #member: Member | undefined;
  readonly #topics: SessionTopics;
  readonly #replies: ReplyWriter;
  /** Settles when the login that is under way is done: what comes meanwhile waits behind it. */
  #login: Promise<void> | undefined;
  #pending = 0;
  #cancelLoginTimer: (() => void) | undefined;

  /** Made by `HubServer.open()`. */
  constructor(hub: Hub, connection: HubConnection, limits: HubServerLimits, state?: SessionState) {
    this.#hub = hub;
    this.#connection = connection;
    this.#limits = limits;
    this.#topics = new SessionTopics(hub);
    this.#replies = new ReplyWriter(connection);
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
      presence: this.#topics.follows(topic),
    }));
    return {
      ...(this.#member === undefined ? undefined : { name: this.#member.name }),
      presence: this.#topics.everybody,
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
    return this.#replies.refuse(id, error);
  }

  #take(message: Message): void | Promise<void> {
    if (typeof message !== "string") return this.#echoBytes(message);
    if (message.length > this.#limits.maxRequestLength) {
      return this.#replies.refuse(
        null,
        new HubError("too-big", `Cannot read: more than ${this.#limits.maxRequestLength} units`),
      );
    }
    const read = readHubRequest(message);
    if ("error" in read) return this.#replies.refuse(read.id, read.error);
    const { id, request } = read;
    if (request.type === "login") return this.#begin(id, request);
    const member = this.#member;
    if (member === undefined) {
      return this.#replies.refuse(id, new HubError("not-logged-in", "Cannot answer: log in first"));
    }
    try {
      return this.#answer(id, this.#perform(member, request));
    } catch (error) {
      return this.#replies.refuse(id, error);
    }
  }

  #echoBytes(bytes: Uint8Array): void | Promise<void> {
    if (this.#member !== undefined) return this.#replies.send(bytes);
    return this.#replies.refuse(null, new HubError("not-logged-in", "Cannot echo: log in first"));
  }

  // Login

  #begin(id: number, { version, name, presence }: HubRequest & { type: "login" }): void | Promise<void> {
    if (version !== hubProtocolVersion) {
      return this.#replies.refuse(
        id,
        new HubError("unsupported-version", `Cannot log in: this is version ${hubProtocolVersion}`),
      );
    }
    if (this.#member !== undefined) {
      return this.#replies.refuse(
        id,
        new HubError("already-logged-in", `Cannot log in: you are ${this.#member.name}`),
      );
    }
    const normal = normaliseLabel(name);
    if (normal === undefined) {
      return this.#replies.refuse(
        id,
        new HubError("invalid-name", "Cannot log in: no name can be like this"),
      );
    }
    this.#login = this.#join(normal, presence).then(
      (answer) => this.#replies.write({ type: "ok", id, name: normal, ...answer }),
      (error) => this.#replies.refuse(id, error),
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
      this.#topics.everybody = true;
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
        if (presence) await this.#topics.follow(this.#member!, topic);
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
        return await this.#topics.subscribe(member, checkTopic(request.topic), request.presence);
      case "unsubscribe":
        return await this.#topics.unsubscribe(member, checkTopic(request.topic));
      case "list":
        return listNames(
          await member.list(request.topic === undefined ? undefined : checkTopic(request.topic)),
        );
    }
  }

  // Answers

  /** Answers when the result is there; too many of these, and the client has to wait. */
  #answer(id: number, result: Promise<HubAnswer>): void | Promise<void> {
    this.#pending++;
    const answered = result.then(
      (answer) => this.#replies.write({ type: "ok", id, ...answer }),
      (error) => this.#replies.refuse(id, error),
    ).finally(() => this.#pending--);
    if (this.#pending >= maxPending) return answered;
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
