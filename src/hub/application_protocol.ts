/**
 * What clients and a hub's server say to each other: JSON texts, version 1. Types, and how each is read and
 * written; who may say what when is `HubSession`'s, and the other side is `HubClient`. Another protocol can
 * take this one's place: `Hub` knows neither.
 *
 * A client sends requests, each with an `id` of its own choice, and gets one answer to each, `ok` or `error`,
 * with the same `id`. Its first request is `login`. Binary messages are echoed as they are, without an
 * answer; where one is refused, the error's `id` is `null`. So it is where a text's cannot be read: for one
 * that is too long or no JSON, it can where the text begins with it.
 *
 * | request | its fields | what the answer has |
 * | ------- | ---------- | ------------------- |
 * | `login` | `version`: 1; `name`; `presence`? | `name` as it is now; with `presence`: `members`, `total` |
 * | `echo` | `data` | `data` |
 * | `send` | `to`: a name; `data` | |
 * | `subscribe` | `topic`; `presence`? | `topic` as it is now; with `presence`: `members`, `total` |
 * | `unsubscribe` | `topic` | |
 * | `publish` | `topic`; `data` | |
 * | `list` | `topic`? | `members`, sorted, at most `listLimit` of them; `total` |
 *
 * `data` is any JSON. Besides answers, a client gets events: `direct` (`from`, `data`), `message` (`topic`,
 * `data`, and `from` where a member published it), and, where it asked for `presence`, `joined` and `left`
 * (`name`, and `topic` where it is about a topic). Who leaves the hub altogether leaves all topics by that:
 * one `left` without a topic tells it. Such an event that comes while a list is waited for may be newer than
 * the list: it is to be applied to it (see `Attendance`). A publisher does not get its own messages.
 *
 * Names and topics are normalised (Unicode NFC) and hold no control, format, private or separator characters
 * but the space, which is not at their ends.
 *
 * @module
 */

import { HubError, type HubErrorCode } from "./hub_error.ts";

/** The version. */
export const hubProtocolVersion = 1;

/** The WebSocket subprotocol (RFC 6455 §1.9) of this version. */
export const hubSubprotocol = "weft.hub.v1";

/** The most names in one answer. */
export const listLimit = 1000;

/** Any JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a client may ask for. */
export type HubRequest =
  | { readonly type: "login"; readonly version: number; readonly name: string; readonly presence: boolean }
  | { readonly type: "echo"; readonly data: Json }
  | { readonly type: "send"; readonly to: string; readonly data: Json }
  | { readonly type: "subscribe"; readonly topic: string; readonly presence: boolean }
  | { readonly type: "unsubscribe"; readonly topic: string }
  | { readonly type: "publish"; readonly topic: string; readonly data: Json }
  | { readonly type: "list"; readonly topic: string | undefined };

/** A request as a client writes it: what is not given has its default. */
export type HubRequestInit =
  | Exclude<HubRequest, { type: "login" | "subscribe" | "list" }>
  | { readonly type: "login"; readonly version: number; readonly name: string; readonly presence?: boolean }
  | { readonly type: "subscribe"; readonly topic: string; readonly presence?: boolean }
  | { readonly type: "list"; readonly topic?: string };

/** What an answer may have. */
export interface HubAnswer {
  /** A name as it is now. */
  readonly name?: string;
  /** A topic as it is now. */
  readonly topic?: string;
  /** What was to be echoed. */
  readonly data?: Json;
  /** Names, sorted, at most `listLimit`. */
  readonly members?: readonly string[];
  /** How many there are in all. */
  readonly total?: number;
}

/** What a client is told without having asked. */
export type HubClientEvent =
  | { readonly type: "direct"; readonly from: string; readonly data: Json }
  | { readonly type: "message"; readonly topic: string; readonly from?: string; readonly data: Json }
  | { readonly type: "joined" | "left"; readonly name: string; readonly topic?: string };

/** Whatever a server sends. */
export type HubReply =
  | { readonly type: "ok"; readonly id: number } & HubAnswer
  | {
    readonly type: "error";
    readonly id: number | null;
    readonly code: HubErrorCode;
    readonly message: string;
  }
  | HubClientEvent;

/** A request and its id, or why it is none. */
export type ReadRequest =
  | { readonly id: number; readonly request: HubRequest }
  | { readonly id: number | null; readonly error: HubError };

/** Reads what a client sent. Never throws. */
export function readHubRequest(text: string): ReadRequest {
  const fields = parseObject(text);
  if (fields === undefined) return { id: readLeadingId(text), error: malformed("not a JSON object") };
  const { id } = fields;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) {
    return { id: null, error: malformed("its id is not an integer from 0 on") };
  }
  const request = readFields(fields);
  return request instanceof HubError ? { id, error: request } : { id, request };
}

/** The id of a request that is not read as a whole, where its text begins with it; else `null`. */
export function readLeadingId(text: string): number | null {
  const id = Number(/^\{"id":(\d{1,16}),/.exec(text)?.[1] ?? NaN);
  return Number.isSafeInteger(id) ? id : null;
}

/** Reads the fields that belong to the type; others are passed over. */
function readFields(fields: Record<string, unknown>): HubRequest | HubError {
  const { type, version, name, presence = false, to, topic, data } = fields;
  if (typeof type !== "string") return malformed("its type is not text");
  if (typeof presence !== "boolean") return malformed("presence is not true or false");
  const hasData = Object.hasOwn(fields, "data");
  switch (type) {
    case "login":
      if (typeof version !== "number") return malformed("version is not a number");
      if (typeof name !== "string") return malformed("name is not text");
      return { type, version, name, presence };
    case "echo":
      return hasData ? { type, data: data as Json } : malformed("data is missing");
    case "send":
      if (typeof to !== "string") return malformed("to is not text");
      return hasData ? { type, to, data: data as Json } : malformed("data is missing");
    case "subscribe":
      return typeof topic === "string" ? { type, topic, presence } : malformed("topic is not text");
    case "unsubscribe":
      return typeof topic === "string" ? { type, topic } : malformed("topic is not text");
    case "publish":
      if (typeof topic !== "string") return malformed("topic is not text");
      return hasData ? { type, topic, data: data as Json } : malformed("data is missing");
    case "list":
      if (topic !== undefined && typeof topic !== "string") return malformed("topic is not text");
      return { type, topic };
    default:
      return new HubError("unknown-type", "Cannot answer: no such type of request");
  }
}

/** Reads what a server sent; `undefined` for what is no reply. */
export function readHubReply(text: string): HubReply | undefined {
  const fields = parseObject(text);
  return typeof fields?.["type"] === "string" ? fields as HubReply : undefined;
}

/** Writes a request. */
export function writeHubRequest(id: number, request: HubRequestInit): string {
  return JSON.stringify({ id, ...request });
}

/** Writes whatever a server sends. Throws `RangeError` for data nested too deep. */
export function writeHubReply(reply: HubReply): string {
  return JSON.stringify(reply);
}

/**
 * The text of a topic's message, as `hub.publish()` and feeds take it: what a server of its own publishes has
 * no `from`.
 */
export function writeTopicMessage(topic: string, data: Json, from?: string): string {
  return writeHubReply({ type: "message", topic, ...(from === undefined ? undefined : { from }), data });
}

/** Sorted names as an answer has them. */
export function listNames(
  names: readonly string[],
): { readonly members: readonly string[]; readonly total: number } {
  return { members: names.slice(0, listLimit), total: names.length };
}

/**
 * A name or topic as it is compared and kept: Unicode's normal form C. `undefined` for what cannot be one:
 * empty, with a space at an end, with control, format or private characters, lone surrogates, or separators
 * other than the space.
 */
export function normaliseLabel(label: string): string | undefined {
  // Longer ones are no name under any limit, and are not worth the work.
  if (label.length > 1024) return undefined;
  const normal = label.normalize("NFC");
  return /^(?! )(?:[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Z}]| )+(?<! )$/u.test(normal) ? normal : undefined;
}

function malformed(what: string): HubError {
  return new HubError("malformed", `Cannot read the request: ${what}`);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
