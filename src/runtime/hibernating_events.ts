/**
 * The events of a hibernating socket, which come as calls of its Durable Object, told to listeners as those
 * of any other. Knows of no connection.
 *
 * @module
 */

import type { WebSocketLike, WebSocketLikeClose } from "./standard_socket.ts";

/** What is used of a `WebSocket` that a Durable Object has accepted. */
export interface HibernatedWebSocket {
  /** 1 to 3: open, closing, closed. */
  readonly readyState: number;
  /** Sends a message. */
  send(message: string | ArrayBuffer | ArrayBufferView): void;
  /** Closes. */
  close(code?: number, reason?: string): void;
  /** Keeps a value of at most 16 KiB. */
  serializeAttachment(value: unknown): void;
  /** The value kept. */
  deserializeAttachment(): unknown;
}

/** What listeners are told. */
type Listener = (event: { readonly data: unknown } & WebSocketLikeClose) => void;

/** A hibernating socket with listeners. */
export interface HibernatingEvents extends WebSocketLike {
  /** The socket itself. */
  readonly socket: HibernatedWebSocket;
  /** Tells of a message. Resolves when `handled()` was called for it and is done, or the socket has ended. */
  receive(data: string | ArrayBuffer): Promise<void>;
  /** Calls the application for the message that came first of those not handled. */
  handled(handle: () => unknown): unknown;
  /** Tells of a failure. */
  fail(error: unknown): void;
  /** Tells of the end. */
  end(event: WebSocketLikeClose): void;
}

/** Gives a socket listeners. */
export function listenTo(socket: HibernatedWebSocket): HibernatingEvents {
  const listeners: Record<string, Listener> = {};
  const unhandled: (() => void)[] = [];
  const tell = (type: string, event: object): void => listeners[type]?.(event as Parameters<Listener>[0]);
  const isOver = () => {
    for (const resolve of unhandled.splice(0)) resolve();
  };
  return {
    socket,
    binaryType: "arraybuffer",
    get readyState() {
      return socket.readyState;
    },
    send: (message) => socket.send(message),
    close(code, reason) {
      isOver();
      if (code === undefined) socket.close();
      else socket.close(code, reason);
    },
    addEventListener(type: string, listener: unknown) {
      listeners[type] = listener as Listener;
    },
    receive(data) {
      if (socket.readyState !== 1) return Promise.resolve();
      const done = new Promise<void>((resolve) => unhandled.push(resolve));
      tell("message", { data });
      return done;
    },
    handled(handle) {
      const resolve = unhandled.shift() ?? (() => {});
      const result = (async () => await handle())();
      result.then(resolve, resolve);
      return result;
    },
    fail(error) {
      isOver();
      tell("error", { message: error instanceof Error ? error.message : String(error) });
    },
    end(event) {
      isOver();
      tell("close", event);
    },
  };
}
