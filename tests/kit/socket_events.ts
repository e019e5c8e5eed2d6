/**
 * What a WHATWG `WebSocket` tells, as lines, in the order it is told.
 *
 * @module
 */

/** A line for an event, with the state the socket is in meanwhile. */
function describe(event: Event): string {
  const { readyState } = event.target as WebSocket;
  switch (event.type) {
    case "message":
      return `${readyState} message ${(event as MessageEvent).data}`;
    case "close": {
      const { code, reason, wasClean } = event as CloseEvent;
      return `${readyState} close ${code} ${wasClean ? "clean" : "unclean"} ${reason}`.trim();
    }
    default:
      return `${readyState} ${event.type}`;
  }
}

/** Writes down all that a socket tells from now on. */
export function recordEvents(socket: WebSocket): string[] {
  const lines: string[] = [];
  for (const type of ["open", "message", "error", "close"]) {
    socket.addEventListener(type, (event) => lines.push(describe(event)));
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
