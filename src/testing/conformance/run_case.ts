/**
 * Runs one case over one connection, as client or as server. Waits for what happens, never for time to pass,
 * except where a case is about that.
 *
 * @module
 */

import type { ConformanceCase, Exchange, Reply, RoundTrips, Step } from "./conformance_case.ts";
import type { Agreement } from "./agreement.ts";
import type { JudgeCodec } from "./compression.ts";
import { type Frame, opcodes } from "./frame.ts";
import type { Link } from "./link.ts";
import { pakoCodec } from "./pako_codec.ts";
import { type JudgeRole, Peer } from "./peer.ts";
import { failed, findMismatch, judgeClose, judgeExchange, type Judgement, nonStrict } from "./verdict.ts";

/** How a case is run. */
export interface RunOptions {
  /** Milliseconds that a case may take, instead of its own. */
  readonly limit?: number | undefined;
  /**
   * Milliseconds that the judge waits for a failure that should have come, before it goes on. Default 1000.
   */
  readonly patience?: number | undefined;
  /** The most round trips of a case, for a quick look. */
  readonly maxRoundTrips?: number | undefined;
  /** How the judge compresses. Default: by pako. */
  readonly codec?: JudgeCodec | undefined;
}

/** What came of a case. */
export interface CaseResult extends Judgement {
  /** The number of the case. */
  readonly id: string;
  /** What was sent. */
  readonly description: string;
  /** How long it took. */
  readonly milliseconds: number;
  /** The beginning of what the judge sent behind the handshake, in hexadecimal digits. */
  readonly sent: string;
  /** The beginning of what came back, likewise. */
  readonly received: string;
}

/** How long a pause is. */
const pause = 20;

/** How a case comes by its connection. */
export interface Opening {
  /** Which side the judge plays. */
  readonly role: JudgeRole;
  /** The connection, before the handshake. */
  open(): Link | Promise<Link>;
  /** The handshake. */
  shakeHands(link: Link): Promise<Agreement | undefined>;
}

/** Runs a case, and lets go of its connection. Never throws: what goes wrong has failed. */
export async function runCase(
  conformanceCase: ConformanceCase,
  { role, open, shakeHands }: Opening,
  options: RunOptions,
): Promise<CaseResult> {
  const { id, description } = conformanceCase;
  const { limit = conformanceCase.limit, codec = pakoCodec } = options;
  const start = performance.now();
  let link: Link | undefined;
  let peer: Peer | undefined;
  let task = "connect";
  let expire = () => {};
  const expired = new Promise<never>((_, reject) => {
    expire = () => reject(new Error(`nothing in ${limit} ms`));
  });
  const timer = setTimeout(() => peer === undefined ? expire() : peer.expire(), limit);
  let judgement: Judgement;
  try {
    link = await Promise.race([open(), expired]);
    task = "shake hands";
    const agreement = await Promise.race([shakeHands(link), expired]);
    peer = new Peer(link, role, agreement, codec);
    judgement = await play(conformanceCase, peer, agreement, options);
    if (peer.isOutOfTime) judgement = { ...judgement, detail: `${judgement.detail}, in ${limit} ms` };
  } catch (error) {
    judgement = failed(`Cannot ${task}: ${error instanceof Error ? error.message : error}`);
  }
  clearTimeout(timer);
  link?.destroy();
  const milliseconds = Math.round(performance.now() - start);
  return {
    id,
    description,
    ...judgement,
    milliseconds,
    sent: String(link?.sent ?? ""),
    received: String(link?.received ?? ""),
  };
}

async function play(
  { script, compression }: ConformanceCase,
  peer: Peer,
  agreement: Agreement | undefined,
  options: RunOptions,
): Promise<Judgement> {
  if (compression !== undefined && agreement === undefined) {
    await finish(peer);
    return { verdict: "INFORMATIONAL", detail: "permessage-deflate was not agreed" };
  }
  const plan = script();
  if ("sends" in plan) return await playExchange(plan, peer, options);
  const judgement = await playRoundTrips(plan, peer, options);
  if (judgement.verdict !== "OK" || agreement === undefined) return judgement;
  // RFC 7692 §7.1: a later offer may be agreed to; §6: a message may stay as it is.
  if (!agreement.preferred) return nonStrict("It agreed to a later offer");
  return peer.compressedMessages > 0 ? judgement : nonStrict("It never compressed");
}

/** Closes, and waits for the end. */
async function finish(peer: Peer): Promise<void> {
  if (!peer.isOver) {
    await peer.send([{ opcode: opcodes.close, payload: Uint8Array.of(1000 >> 8, 1000 & 255) }]);
  }
  await peer.wait(() => peer.ended || peer.fault !== undefined);
}

function isFrame(step: Step): step is Frame {
  return typeof step === "object" && "opcode" in step;
}

async function playExchange(
  exchange: Exchange,
  peer: Peer,
  { patience = 1000 }: RunOptions,
): Promise<Judgement> {
  const { sends, chop, returns = [], ends = "close" } = exchange;
  const isOver = () => peer.isOver;
  let [hasty, late, awaited] = [false, false, 0];
  for (let index = 0; index < sends.length && !peer.isOver && !hasty;) {
    const step = sends[index++]!;
    if (isFrame(step)) {
      const frames = [step];
      for (let next; (next = sends[index]) !== undefined && isFrame(next); index++) frames.push(next);
      await peer.send(frames, chop);
    } else if (step === "pause") {
      hasty = await peer.wait(isOver, pause);
    } else if (step === "reply") {
      awaited++;
      await peer.wait(() => peer.isOver || peer.replies.length >= awaited, patience);
    } else if (step === "failure") {
      late = !await peer.wait(isOver, patience);
    } else {
      await peer.sendRaw(step.raw);
    }
  }
  if (ends === "close") {
    await peer.wait(() => peer.isOver || peer.replies.length >= returns.length);
    await finish(peer);
  }
  // What comes back too much is as telling as the end.
  const isTelling = () =>
    peer.ended || peer.fault !== undefined || ends !== "open" && peer.replies.length > returns.length;
  await peer.wait(isTelling);
  const { replies, close, fault, ended } = peer;
  return judgeExchange(exchange, { replies, close, fault, ended, hasty, late });
}

async function playRoundTrips(
  { count, inFlight, type, fragmentSize, message }: RoundTrips,
  peer: Peer,
  { maxRoundTrips = count }: RunOptions,
): Promise<Judgement> {
  const total = Math.min(count, maxRoundTrips);
  const underWay: Reply[] = [];
  for (let sent = 0, back = 0; back < total; back++) {
    for (; sent < total && underWay.length < inFlight; sent++) {
      const payload = message(sent);
      underWay.push({ type, payload });
      await peer.sendMessage(type, payload, fragmentSize);
    }
    await peer.wait(() => peer.isOver || peer.replies.length > 0);
    if (peer.fault !== undefined) return failed(`The endpoint ${peer.fault}, in message ${back}`);
    const mismatch = findMismatch(peer.replies.splice(0, 1), underWay.splice(0, 1));
    if (mismatch !== undefined) return failed(`${mismatch}, in message ${back}`);
  }
  await finish(peer);
  const { replies, close, fault, ended } = peer;
  if (fault !== undefined) return failed(`The endpoint ${fault}`);
  const mismatch = findMismatch(replies, []);
  return mismatch === undefined
    ? judgeClose({ replies, close, fault, ended, hasty: false, late: false }, 1000)
    : failed(mismatch);
}
