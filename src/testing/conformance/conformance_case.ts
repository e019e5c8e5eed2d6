/**
 * What a case of the catalogue is: data that says what is sent, what must come back and how it must end.
 * Knows neither wire nor role: the same cases judge servers and clients.
 *
 * @module
 */

import type { Frame } from "./frame.ts";

/** A case. */
export interface ConformanceCase {
  /** Its number in the field's catalogue, such as `"6.4.1"`. */
  readonly id: string;
  /** What is sent. */
  readonly description: string;
  /** What is asked of permessage-deflate, the preferred first. Without it, nothing is offered or agreed. */
  readonly compression?: readonly DeflateRequest[];
  /** The most milliseconds it may take. */
  readonly limit: number;
  /** What happens. Made when it is needed, as some of it is large. */
  script(): Script;
}

/** What one side asks of the other's compressor (RFC 7692 §7.1). */
export interface DeflateRequest {
  /** Whether each message is to begin with an empty window. */
  readonly noContextTakeover: boolean;
  /** 9 to 15; 0: not asked. */
  readonly maxWindowBits: number;
}

/** What happens in a case. */
export type Script = Exchange | RoundTrips;

/** How frames are written: all in one piece, each in one, or in pieces of so many bytes. */
export type Chop = "whole" | "frames" | number;

/** Something is sent, something comes back, and it ends. */
export interface Exchange {
  /** What is sent, in order. */
  readonly sends: readonly Step[];
  /** How frames are written. Default `"whole"`. */
  readonly chop?: Chop;
  /** What must come back, in this order and nothing else. Default nothing. */
  readonly returns?: readonly Reply[];
  /** How it ends. Default `"close"`. */
  readonly ends?: Ending;
}

/** Messages that come back unchanged, in order. */
export interface RoundTrips {
  /** How many. */
  readonly count: number;
  /** The most messages that are under way at a time; 1: each is sent when the one before is back. */
  readonly inFlight: number;
  /** What they are. */
  readonly type: "text" | "binary";
  /** The most payload of a frame; 0: one frame. */
  readonly fragmentSize: number;
  /** The bytes of a message, the first of which is 0. Called once for each, in order. */
  message(index: number): Uint8Array;
}

/**
 * What is sent, and what is waited for in between:
 * - `"pause"`: a moment, so that what follows arrives by itself; the endpoint must not fail in it.
 * - `"reply"`: until one more reply has come back, or ought to have.
 * - `"failure"`: until the endpoint fails the connection. It should: that it does not is allowed, but late.
 */
export type Step = Frame | RawBytes | "pause" | "reply" | "failure";

/** Bytes that are sent as they are. */
export interface RawBytes {
  /** As they stand on the wire. */
  readonly raw: Uint8Array;
}

/** What comes back. */
export interface Reply {
  /** Whether it is a message, or the answer to a ping. */
  readonly type: "text" | "binary" | "pong";
  /** All of it, inflated. */
  readonly payload: Uint8Array;
}

/**
 * How a case ends:
 * - `"close"`: the judge closes with 1000 when all has come back, and is answered.
 * - `answers`: a Close was among what was sent. It is answered by one with the same code,
 * and nothing follows that.
 * - `fails`: the endpoint fails the connection, with one of these codes.
 * - `"open"`: the RFC leaves it open, so long as it ends.
 */
export type Ending = "close" | { readonly answers: number | undefined } | {
  readonly fails: readonly number[];
} | "open";
