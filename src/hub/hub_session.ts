/**
 * One client of a hub's server, from login to the end: which requests it may make when, and what becomes of
 * them. Knows nothing of how messages are received.
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
  readLeadingId,
} from "./application_protocol.ts";
import { closeQuietly } from "./close_quietly.ts";
import type { Hub } from "./hub.ts";
import { HubError, type HubErrorCode } from "./hub_error.ts";
import type { HubConnection } from "./hub_options.ts";
import { type HubServerLimits, presenceChannels } from "./hub_server_options.ts";
import type { Member } from "./member.ts";
import { performRequest } from "./perform_request.ts";
import { ReplyWriter } from "./reply_writer.ts";
import type { SessionOptions, SessionState } from "./session_state.ts";
import { SessionTopics } from "./session_topics.ts";
import { TokenBucket } from "./token_bucket.ts";

/** How many bursts of refused requests are borne with. */
const patience = 10;
/** Requests that may be under way before the client has to wait. */
const maxPending = 64;
/** Names of a topic that are as dear to list as a request is. */
const namesPerToken = 500;

/** A client's session. */
export class HubSession {
  readonly #hub: Hub;
  readonly #connection: HubConnection;
  readonly #limits: HubServerLimits;
  readonly #bucket: TokenBucket;
  readonly #onState: SessionOptions["onState"];
  #member: Member | undefined;
  #topics: SessionTopics;
  readonly #replies: ReplyWriter;
  /** Settles when the login that is under way is done: what comes meanwhile waits behind it. */
  #login: Promise<void> | undefined;
  #pending = 0;
  #cancelLoginTimer: (() => void) | undefined;

  /** Made by `HubServer.open()`. */
  constructor(
    hub: Hub,
    connection: HubConnection,
    limits: HubServerLimits,
    state: SessionState | undefined,
    onState: SessionOptions["onState"],
  ) {
    this.#hub = hub;
    this.#connection = connection;
    this.#limits = limits;
    this.#onState = onState;
    this.#topics = new SessionTopics(hub);
    this.#replies = new ReplyWriter(connection);
    this.#bucket = new TokenBucket(limits.requestsPerSecond, limits.requestBurst, limits.clock);
    this.#cancelLoginTimer = limits.clock.after(
      limits.loginTimeout,
      () => this.#close(1008, "No login in time"),
    );
    if (state?.name !== undefined) this.#login = this.#resume(state.name, state);
    const end = () => this.#cancelLoginTimer?.();
    connection.closed.then(end, end);
  }

  /** The member that this client is, from its login on until it leaves the hub. */
  get member(): Member | undefined {
    return this.#member?.joined ? this.#member : undefined;
  }

  /** What it takes to go on with this session later. */
  get state(): SessionState {
    const { member } = this;
    if (member === undefined) return { presence: false, topics: [] };
    const topics = member.topics.map((topic) => ({ topic, presence: this.#topics.follows(topic) }));
    return { name: member.name, presence: this.#topics.everybody, topics };
  }

  /**
   * Takes a message of the client. Where it returns a promise, the client has to wait: the next message is
   * better not read before. Never throws or rejects.
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
    let id: number | null = null;
    if (typeof message === "string") {
      const isShort = message.length <= this.#limits.maxRequestLength;
      id = isShort ? readHubRequest(message).id : readLeadingId(message);
    }
    return this.#refuse(id, "rate-limited", "Cannot answer: too many requests");
  }

  #take(message: Message): void | Promise<void> {
    if (typeof message !== "string") return this.#echoBytes(message);
    if (message.length > this.#limits.maxRequestLength) {
      const most = this.#limits.maxRequestLength;
      return this.#refuse(readLeadingId(message), "too-big", `Cannot read: more than ${most} units`);
    }
    const read = readHubRequest(message);
    if ("error" in read) return this.#replies.refuse(read.id, read.error);
    const { id, request } = read;
    if (request.type === "login") return this.#begin(id, request);
    const { member } = this;
    if (member === undefined) return this.#refuse(id, "not-logged-in", "Cannot answer: log in first");
    return this.#answer(id, this.#perform(member, request));
  }

  #echoBytes(bytes: Uint8Array): void | Promise<void> {
    if (this.member !== undefined) return this.#replies.send(bytes);
    return this.#refuse(null, "not-logged-in", "Cannot echo: log in first");
  }

  // Login

  #begin(id: number, { version, name, presence }: HubRequest & { type: "login" }): void | Promise<void> {
    if (version !== hubProtocolVersion) {
      return this.#refuse(
        id,
        "unsupported-version",
        `Cannot log in: this is version ${hubProtocolVersion}`,
      );
    }
    if (this.member !== undefined) {
      return this.#refuse(id, "already-logged-in", `Cannot log in: you are ${this.member.name}`);
    }
    const normal = normaliseLabel(name);
    if (normal === undefined) {
      return this.#refuse(id, "invalid-name", "Cannot log in: no name can be like this");
    }
    this.#login = this.#join(normal, presence).then(
      (answer) => {
        this.#keepState();
        return this.#replies.write({ type: "ok", id, name: normal, ...answer });
      },
      (error) => this.#replies.refuse(id, error),
    ).finally(() => this.#login = undefined);
    return this.#login;
  }

  async #join(name: string, presence: boolean): Promise<HubAnswer> {
    const member = await this.#hub.join(this.#connection, { name });
    this.#member = member;
    this.#topics = new SessionTopics(this.#hub);
    const answer = presence ? await this.#attend(member) : {};
    this.#cancelLoginTimer?.();
    return answer;
  }

  /** Has the client be told who comes and goes. */
  async #attend(member: Member): Promise<HubAnswer> {
    await this.#hub.follow(member, presenceChannels.members);
    try {
      const answer = listNames(await member.list());
      this.#topics.everybody = true;
      return answer;
    } catch (error) {
      // Who may not know, may not be here on these terms.
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
    try {
      const answer = await performRequest(member, this.#topics, request);
      // The list of all is kept sorted, those of topics are not.
      if ("topic" in request && request.topic !== undefined && answer.total !== undefined) {
        this.#bucket.charge(Math.min(this.#limits.requestBurst / 10, answer.total / namesPerToken));
      }
      return answer;
    } finally {
      if (request.type === "subscribe" || request.type === "unsubscribe") this.#keepState();
    }
  }

  #keepState(): void {
    if (this.#onState === undefined || this.#connection.readyState !== "open") return;
    try {
      this.#onState(this.state);
    } catch (error) {
      this.#hub.report(error);
      this.#close(1011, "Cannot keep the state");
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

  #refuse(id: number | null, code: HubErrorCode, message: string): void | Promise<void> {
    return this.#replies.refuse(id, new HubError(code, message));
  }

  #close(closeCode: number, reason: string): void {
    void closeQuietly(this.#connection, closeCode, reason);
  }
}
