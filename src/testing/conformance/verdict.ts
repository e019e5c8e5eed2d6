/**
 * Judges what was seen of a case by what the case says. Pure.
 *
 * @module
 */

import type { Exchange, Reply } from "./conformance_case.ts";
import type { ReceivedClose } from "./peer.ts";

/** The verdicts, the best first. */
export const verdicts = ["OK", "NON-STRICT", "INFORMATIONAL", "FAILED"] as const;

/**
 * - `OK`: as the case says.
 * - `NON-STRICT`: allowed, though late or with less than could be.
 * - `INFORMATIONAL`: the RFC leaves it open.
 * - `FAILED`: all else.
 */
export type Verdict = typeof verdicts[number];

/** A verdict, and why it is not just `OK`. */
export interface Judgement {
  /** The verdict. */
  readonly verdict: Verdict;
  /** What there is to say; empty where all is as it should be. */
  readonly detail: string;
}

/** What was seen of an endpoint. */
export interface Observation {
  readonly replies: readonly Reply[];
  readonly close: ReceivedClose | undefined;
  readonly fault: string | undefined;
  readonly ended: boolean;
  /** It failed the connection in a pause, before there was a reason to. */
  readonly hasty: boolean;
  /** It failed the connection later than it could have. */
  readonly late: boolean;
}

const ok: Judgement = { verdict: "OK", detail: "" };

/** A verdict of `FAILED`. */
export function failed(detail: string): Judgement {
  return { verdict: "FAILED", detail };
}

/** A verdict of `NON-STRICT`. */
export function nonStrict(detail: string): Judgement {
  return { verdict: "NON-STRICT", detail };
}

/** Judges an exchange. */
export function judgeExchange({ returns = [], ends = "close" }: Exchange, seen: Observation): Judgement {
  if (seen.fault !== undefined) return failed(`The endpoint ${seen.fault}`);
  if (ends === "open") return judgeOpenEnd(seen);
  if (seen.hasty) return failed("The endpoint failed the connection before it had a reason to");
  const mismatch = findMismatch(seen.replies, returns);
  if (
    mismatch !== undefined &&
    (typeof ends === "string" || !("fails" in ends) || seen.replies.length >= returns.length)
  ) {
    return failed(mismatch);
  }
  const end = ends === "close"
    ? judgeClose(seen, 1000)
    : "answers" in ends
    ? judgeAnswer(seen, ends.answers)
    : judgeFailure(seen, ends.fails);
  if (end.verdict !== "OK") return end;
  if (mismatch !== undefined) {
    return nonStrict(`It failed the connection without what came before: ${mismatch}`);
  }
  return seen.late ? nonStrict("It failed the connection late") : ok;
}

function describeReply({ type, payload }: Reply): string {
  const digits = Array.from(payload.subarray(0, 24), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${type} of ${payload.length} bytes (${digits}${payload.length > 24 ? "..." : ""})`;
}

/**
 * Whether two arrays hold the same bytes: word by word where they are laid so, in which
 * most of a long case is spent.
 */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  const inWords = (one.byteOffset | other.byteOffset) % 4 === 0 ? one.length >>> 2 : 0;
  const [words, otherWords] = [one, other].map(({ buffer, byteOffset }) =>
    new Int32Array(buffer, inWords === 0 ? 0 : byteOffset, inWords)
  ) as [Int32Array, Int32Array];
  for (let index = 0; index < inWords; index++) if (words[index] !== otherWords[index]) return false;
  for (let index = inWords * 4; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** How what came back differs from what must; `undefined` where it does not. */
export function findMismatch(replies: readonly Reply[], returns: readonly Reply[]): string | undefined {
  for (let index = 0; index < Math.max(replies.length, returns.length); index++) {
    const [reply, expected] = [replies[index], returns[index]];
    if (reply !== undefined && reply.type === expected?.type && equalBytes(reply.payload, expected.payload)) {
      continue;
    }
    const came = reply === undefined ? "nothing" : describeReply(reply);
    return `${came} came instead of ${expected === undefined ? "nothing" : describeReply(expected)}`;
  }
  return undefined;
}

/** The judge has closed. */
export function judgeClose({ close, ended }: Observation, code: number | undefined): Judgement {
  if (close === undefined) return failed(ended ? "The endpoint ended without a Close" : "No Close came back");
  if (!close.isAnswer) return failed(`The endpoint closed by itself, with ${close.code}`);
  const isSame = close.code === code || close.code === undefined || code === undefined && close.code === 1000;
  if (!isSame) return failed(`The endpoint answered Close ${code} with ${close.code}`);
  return ended ? ok : failed("The endpoint did not end the connection");
}

/** A Close was what the case is about. */
function judgeAnswer(seen: Observation, code: number | undefined): Judgement {
  const judgement = judgeClose(seen, code);
  // RFC 6455 §5.5.1: an endpoint typically echoes the code.
  const isEmpty = code !== undefined && seen.close?.code === undefined;
  return judgement.verdict === "OK" && isEmpty
    ? nonStrict(`It answered Close ${code} without a code`)
    : judgement;
}

function judgeFailure({ close, ended }: Observation, codes: readonly number[]): Judgement {
  if (!ended) return failed("The endpoint did not end the connection");
  // RFC 6455 §7.1.7: it should send a Close with an appropriate code.
  if (close === undefined) return nonStrict("It ended the connection without a Close");
  if (close.code === undefined) return nonStrict("It failed the connection without a code");
  return codes.includes(close.code)
    ? ok
    : failed(`It failed the connection with ${close.code} instead of ${codes.join(" or ")}`);
}

function judgeOpenEnd({ replies, close, ended }: Observation): Judgement {
  if (!ended) return failed("The endpoint did not end the connection");
  const closing = close === undefined ? "no Close" : `Close ${close.code ?? "without a code"}`;
  return { verdict: "INFORMATIONAL", detail: `${replies.length} replies, then ${closing}` };
}
