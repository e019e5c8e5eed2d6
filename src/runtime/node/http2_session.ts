/**
 * Whether the server at the other end of an HTTP/2 session takes extended CONNECT. RFC 8441 §3;
 * knows nothing of WebSockets.
 *
 * @module
 */

import { HandshakeError } from "../../handshake/handshake_error.ts";
import type { NodeHttp2Session } from "./node_http.ts";

/** Sessions whose SETTINGS are awaited, and those whose errors have a listener. */
const awaited = new WeakMap<NodeHttp2Session, Promise<void>>();
const watched = new WeakSet<NodeHttp2Session>();

/** So many bytes may be on their way to us at once, on all streams of a session together. */
const sessionWindow = 1024 * 1024;
const widened = new WeakSet<WindowedSession>();

/** What has a window for all of its streams. */
export interface WindowedSession {
  /** Sets it, in bytes; not in every runtime. */
  setLocalWindowSize?(bytes: number): void;
}

/**
 * Gives a session, once, room for more than RFC 9113 §6.9.2's 65 535 bytes, for which its WebSockets would
 * wait in turn. Each stream's own window, which holds its sender back, stays as it is.
 */
export function widenWindow(session: WindowedSession | undefined): void {
  // Bun's streams stop behind the first 64 KiB then.
  if (session?.setLocalWindowSize === undefined || widened.has(session) || "Bun" in globalThis) return;
  widened.add(session);
  try {
    session.setLocalWindowSize(sessionWindow);
  } catch {
    // It is ending, and needs none.
  }
}

/** Keeps an error of the session, which every stream tells too, from being thrown at nobody. */
export function watchErrors(session: NodeHttp2Session): void {
  if (watched.has(session)) return;
  watched.add(session);
  session.on("error", () => {});
}

/**
 * Resolves once the server has said that it takes extended CONNECT; rejects with `HandshakeError` once it
 * is clear that it has not.
 */
export function awaitExtendedConnect(session: NodeHttp2Session): Promise<void> {
  if (session.remoteSettings?.enableConnectProtocol === true) return Promise.resolve();
  let found = awaited.get(session);
  if (found === undefined) {
    found = askServer(session).finally(() => awaited.delete(session));
    awaited.set(session, found);
  }
  return found;
}

function askServer(session: NodeHttp2Session): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let failure: Error | undefined;
    const listeners = {
      error: (error: Error) => void (failure = error),
      close: () => finish("the session has ended"),
      // RFC 9113 §3.4 the server's SETTINGS "MUST be the first frame that
      // the server sends", so they are there before the answer to a PING
      connect: () => void session.ping((error) => error === null && judge()),
      remoteSettings: () => judge(),
    };
    const judge = () =>
      // RFC 8441 §3 "A client ... MUST NOT" use it without SETTINGS_ENABLE_CONNECT_PROTOCOL
      finish(
        session.remoteSettings?.enableConnectProtocol === true
          ? undefined
          : "the server does not offer WebSockets over HTTP/2",
      );
    const finish = (problem: string | undefined) => {
      session.removeListener("error", listeners.error);
      session.removeListener("close", listeners.close);
      session.removeListener("connect", listeners.connect);
      session.removeListener("remoteSettings", listeners.remoteSettings);
      if (problem === undefined) resolve();
      else reject(new HandshakeError(`Cannot connect: ${problem}`, undefined, failure && { cause: failure }));
    };
    session.on("error", listeners.error);
    session.on("close", listeners.close);
    session.on("connect", listeners.connect);
    session.on("remoteSettings", listeners.remoteSettings);
    if (session.destroyed || session.closed) finish("the session has ended");
    else if (!session.connecting) listeners.connect();
  });
}
