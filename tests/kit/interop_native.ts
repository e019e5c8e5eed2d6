/**
 * WebSockets with the interface of the WHATWG, whoever made them, as the client and as the server of the cases in
 * `interop_cases.ts`.
 *
 * @module
 */

import { type InteropClient, type InteropClosing, Refusal } from "./interop_cases.ts";

/** What is used of a WebSocket. */
export interface NativeSocket {
  binaryType: string;
  readonly protocol: string | null;
  send(message: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string; readonly wasClean: boolean }) => void,
  ): void;
}

function toMessage(data: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError("Neither text nor an ArrayBuffer");
}

/** The client of a socket that was just made; rejects with `Refusal` where it never opens. */
export async function connectNative(socket: NativeSocket): Promise<InteropClient> {
  socket.binaryType = "arraybuffer";
  const messages: (string | Uint8Array)[] = [];
  let wake = () => {};
  let isClosed = false;
  socket.addEventListener("message", ({ data }) => {
    messages.push(toMessage(data));
    wake();
  });
  const closed = new Promise<InteropClosing>((resolve) => {
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      isClosed = true;
      resolve({ closeCode: code, reason, wasClean });
      wake();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Refusal()));
    socket.addEventListener("close", () => reject(new Refusal()));
  });
  return {
    // workerd has null for none.
    protocol: socket.protocol ?? "",
    send: (message) => socket.send(message),
    async receive() {
      while (messages.length === 0) {
        if (isClosed) throw new Error("The connection has ended");
        await new Promise<void>((resolve) => wake = resolve);
      }
      return messages.shift()!;
    },
    close: (code, reason) => code === undefined ? socket.close() : socket.close(code, reason),
    closed,
  };
}

/** The server's end of a connection to `path`. */
export function serveNative(socket: NativeSocket, path: string): void {
  socket.binaryType = "arraybuffer";
  socket.addEventListener("error", () => {});
  socket.addEventListener("message", ({ data }) => {
    if (path === "/close") socket.close(4001, "enough");
    else socket.send(toMessage(data));
  });
}

/** The answer to `/refuse`. */
export function createRefusal(): Response {
  return new Response("who are you?", { status: 401, headers: { "WWW-Authenticate": "Bearer" } });
}
