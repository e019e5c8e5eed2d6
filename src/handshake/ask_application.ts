/**
 * Where the handshake calls the application's code, and whose fault it is when that throws.
 *
 * @module
 */

import { HandshakeError } from "./handshake_error.ts";
import type { HandshakeRequest } from "./handshake_request.ts";
import { toHandshakeResponse } from "./handshake_response.ts";
import { refuse } from "./refuse.ts";

/** Looks at a request and returns nothing to go on, or the final response to answer with. */
export type RequestHandler = (
  request: HandshakeRequest,
) => Response | undefined | void | Promise<Response | undefined | void>;

/**
 * What `answer` returns.
 *
 * @throws {HandshakeError} 500 when it throws, with what it threw as the cause, which the peer is not told.
 */
export async function askApplication<Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await answer();
  } catch (cause) {
    throw refuse(500, "the application failed", {}, { cause });
  }
}

/**
 * Lets `handler` look at a request.
 *
 * @throws {HandshakeError} with the response that it returns; 500 when it throws or returns something else.
 */
export async function askHandler(
  handler: RequestHandler | undefined,
  request: HandshakeRequest,
): Promise<void> {
  const response = await askApplication(async () => {
    const answer = await handler?.(request) ?? undefined;
    return answer === undefined ? undefined : toHandshakeResponse(answer);
  });
  if (response === undefined) return;
  throw new HandshakeError(`Cannot accept: the application answers ${response.status}`, response);
}
