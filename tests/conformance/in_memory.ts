/**
 * Judges endpoints of the same process, over plain Web Streams: no port, no socket, on every runtime.
 *
 * @module
 */

import type { ConformanceCase } from "./conformance_case.ts";
import type { StreamPair } from "./link.ts";
import { type CaseResult, judgeClient, judgeServer, type RunOptions } from "./run_case.ts";

/** Judges one case of something. */
export type Judge = (conformanceCase: ConformanceCase, options?: RunOptions) => Promise<CaseResult>;

/** An endpoint: it serves one connection, or is the client of one, to its end. */
export type Endpoint = (streams: StreamPair) => Promise<unknown>;

/** Two pairs of streams: what is written to one is read from the other. */
export function createStreamPairs(): [StreamPair, StreamPair] {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return [{ readable: back.readable, writable: there.writable }, {
    readable: there.readable,
    writable: back.writable,
  }];
}

/** What becomes of the endpoint's promise shows on the wire. */
function start(endpoint: Endpoint, streams: StreamPair): void {
  endpoint(streams).catch(() => {});
}

/** A judge of a server. */
export function createServerJudge(serve: Endpoint): Judge {
  return async (conformanceCase, options) => {
    const [near, far] = createStreamPairs();
    start(serve, far);
    return await judgeServer(conformanceCase, near, "ws://localhost/", options);
  };
}

/** A judge of a client. */
export function createClientJudge(connect: Endpoint): Judge {
  return async (conformanceCase, options) => {
    const [near, far] = createStreamPairs();
    start(connect, far);
    return await judgeClient(conformanceCase, near, options);
  };
}

/** Runs cases one after the other. */
export async function runCases(
  cases: readonly ConformanceCase[],
  judge: Judge,
  options?: RunOptions,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const conformanceCase of cases) results.push(await judge(conformanceCase, options));
  return results;
}
