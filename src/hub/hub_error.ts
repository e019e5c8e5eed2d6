/**
 * What a member asked for and cannot have. Knows nothing of how that is told to its peer.
 *
 * @module
 */

/** Why a hub refuses; also the error codes of the application protocol. */
export type HubErrorCode =
  /** A message that is no request: no JSON, no object, without an id, or with fields of another type. */
  | "malformed"
  /** A request longer than the server reads. */
  | "too-big"
  /** A request of a type that nobody knows. */
  | "unknown-type"
  /** A login with another version of the protocol. */
  | "unsupported-version"
  /** A request before login. */
  | "not-logged-in"
  /** A second login. */
  | "already-logged-in"
  /** A name that is empty, too long or has characters that names cannot have. */
  | "invalid-name"
  /** Somebody has the name. */
  | "name-taken"
  /** A topic that is empty, too long or has characters that topics cannot have. */
  | "invalid-topic"
  /** The member has, or the hub has, as many topics as there may be. */
  | "too-many-topics"
  /** The hub has as many members as there may be. */
  | "too-many-members"
  /** `authorize` said no. */
  | "not-allowed"
  /** A message that reached nobody: there is no such member, it is too slow, or it left meanwhile. */
  | "not-delivered"
  /** Too many requests in too little time. */
  | "rate-limited"
  /** The hub closes, or is closed. */
  | "closing"
  /** The member has left, or its connection is not open. */
  | "left"
  /** No answer in time. */
  | "timeout"
  /** The server failed. */
  | "internal";

/** A refusal, by its code. */
export class HubError extends Error {
  /** The name of the class. */
  override readonly name = "HubError";
  /** Why. */
  readonly code: HubErrorCode;

  /** A refusal with a message for people; `options.cause` is what brought it about. */
  constructor(code: HubErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
