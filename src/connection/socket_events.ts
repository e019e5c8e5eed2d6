/**
 * The two events of a WHATWG `WebSocket` that not every runtime has a class for. Knows no socket.
 *
 * @module
 */

import type { WebSocketCloseInfo } from "./close_info.ts";

/** Builds the `close` event of a connection that ended so: a `CloseEvent` where the runtime has them. */
export function createCloseEvent(info: WebSocketCloseInfo): CloseEvent {
  const details = { wasClean: info.wasClean, code: info.closeCode, reason: info.reason };
  if (typeof CloseEvent === "function") return new CloseEvent("close", details);
  return defineDetails(new Event("close"), details) as CloseEvent;
}

/** Builds the `error` event, with what went wrong: an `ErrorEvent` where the runtime has them. */
export function createErrorEvent(error: unknown): Event {
  const details = { message: error instanceof Error ? error.message : `${error}`, error };
  if (typeof ErrorEvent === "function") return new ErrorEvent("error", details);
  return defineDetails(new Event("error"), details);
}

function defineDetails(event: Event, details: Readonly<Record<string, unknown>>): Event {
  for (const [name, value] of Object.entries(details)) {
    Object.defineProperty(event, name, { value, enumerable: true });
  }
  return event;
}
