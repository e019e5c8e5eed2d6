/**
 * What a WHATWG `WebSocket` tells, as lines, in the order it is told.
 *
 * @module
 */

/** What is looked at of an event. The packages that tests use have types of their own for events. */
interface SocketEvent {
  readonly type: string;
  readonly target: unknown;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** A line for an event, with the state the socket is in meanwhile. */
function describe({ type, target, data, code, reason, wasClean }: SocketEvent): string {
  const { readyState } = target as WebSocket;
  if (type === "message") return `${readyState} message ${data}`;
  if (type === "close") {
    return `${readyState} close ${code} ${wasClean ? "clean" : "unclean"} ${reason}`.trim();
  }
  return `${readyState} ${type}`;
}

/** Writes down all that a socket tells from now on. */
export function recordEvents(socket: WebSocket): string[] {
  const lines: string[] = [];
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, (event: SocketEvent) => lines.push(describe(event)));
  }
  return lines;
}

/** The next event of a type. */
export function nextEvent<Type extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: Type,
): Promise<WebSocketEventMap[Type]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}
