/**
 * Bytes from Node's streams, in Node, Deno and Bun: `net.Socket`, `tls.TLSSocket`, the socket of an HTTP
 * server's 'upgrade' event, an HTTP/2 stream, any `Duplex`. Knows no protocol and imports nothing of Node.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "../../connection/byte_transport.ts";
import { ReceiverSlot } from "../receiver_slot.ts";
import { freeChunk } from "./read_memory.ts";

/** What is used of `stream.Duplex`, and where it is there of `net.Socket`. */
export interface NodeDuplex {
  /** Whether `destroy()` was called or an error has come. */
  readonly destroyed: boolean;
  /** Bytes written that the stream still holds. */
  readonly writableLength: number;
  /** Whether the writing side outlives the peer's end. */
  allowHalfOpen: boolean;
  /** Listens to bytes, */
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  /** to the peer's end and the stream's, */
  on(event: "end" | "close", listener: () => void): unknown;
  /** and to its failure. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** How many listen to bytes; Node's own streams. */
  listenerCount?(event: "data"): number;
  /** Listens no more to bytes, */
  removeListener(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  /** to the peer's end and the stream's, */
  removeListener(event: "end" | "close", listener: () => void): unknown;
  /** and to its failure. */
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** Stops 'data'. */
  pause(): unknown;
  /** Continues 'data'. */
  resume(): unknown;
  /** Puts bytes back in front of those to come. */
  unshift(chunk: Uint8Array): void;
  /** Writes; `written` is called when the bytes are the caller's again, or with an error. */
  write(chunk: Uint8Array, written?: ((error?: Error | null) => void) | undefined): boolean;
  /** Collects writes, */
  cork(): void;
  /** and writes them at once. */
  uncork(): void;
  /** Ends the writing side. */
  end(): unknown;
  /** Closes both sides. */
  destroy(): unknown;
  /** Sockets only. */
  setNoDelay?(noDelay?: boolean): unknown;
  /** Sockets and HTTP/2 streams. */
  setTimeout?(milliseconds: number): unknown;
  /** HTTP/2 streams only: the error code of its end. */
  readonly rstCode?: number | undefined;
  /** HTTP/2 streams only: sends RST_STREAM. */
  close?(code?: number): unknown;
}

const empty = new Uint8Array(0);

/** Deno's TLS sockets do not survive an empty write. */
const bearsEmptyWrites = !("Deno" in globalThis);

/** RFC 9113 §7 CANCEL */
const cancel = 0x8;

/**
 * Wraps a socket or any other `Duplex`. It reads paused streams by 'data' and writes by `write()`:
 * `Duplex.toWeb()` costs half the speed, and ignored backpressure in releases before the middle of 2026.
 *
 * In Deno, a `tls.TLSSocket` reads on while it is paused, and may lose the peer's end; `denoTransport()` of a
 * `Deno.TlsConn` does neither.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { connect, createServer, type Socket } from "node:net";
 * import { assertEquals } from "@std/assert";
 * import { acceptWebSocket, connectWebSocket } from "@weft/websocket";
 * import { nodeTransport } from "@weft/websocket/node";
 *
 * const listener = createServer().listen(0, "127.0.0.1");
 * await once(listener, "listening");
 * const near = connect(listener.address() as { port: number });
 * const [far] = await once(listener, "connection") as [Socket];
 * const [client, server] = await Promise.all([
 *   connectWebSocket("ws://localhost/", nodeTransport(near)),
 *   acceptWebSocket(nodeTransport(far)),
 * ]);
 * await server.send("Hello");
 * assertEquals(await client.receive(), "Hello");
 * await Promise.all([client.close(), server.receive()]);
 * listener.close();
 * ```
 *
 * @param duplex The stream; from now on the transport's own, 'data' and `destroy()` included. What 'data'
 * brings is valid as long as the event lasts.
 * @param head Bytes of the peer that were already read: the third argument of an 'upgrade' event.
 */
export function nodeTransport(duplex: NodeDuplex, head?: Uint8Array): ByteTransport {
  return new NodeTransport(duplex, head);
}

/** Reads and writes one `Duplex`. */
export class NodeTransport implements ByteTransport {
  readonly #duplex: NodeDuplex;
  readonly #slot = new ReceiverSlot();
  /**
   * A socket's bytes are in the kernel or with TLS once written; another stream may pass the very array on.
   */
  readonly #isSocket: boolean;

  /** What the stream was set to. */
  readonly #wasHalfOpen: boolean;

  #isFlowing = false;
  /** 'end' is announced a turn ahead, so it may come after `pause()`. */
  #isEndHeld = false;
  #isDrainAwaited = false;
  /** Whether the last write was taken at once, as by a kernel with room: so the next one will be. */
  #isPrompt = false;
  #isEnded = false;
  #hasPeerEnded = false;

  constructor(duplex: NodeDuplex, head?: Uint8Array) {
    this.#duplex = duplex;
    this.#isSocket = duplex.setNoDelay !== undefined;
    this.#wasHalfOpen = duplex.allowHalfOpen;
    // Otherwise the peer's end would end the writing side
    // too, before the answer to its last bytes is written.
    duplex.allowHalfOpen = true;
    duplex.pause();
    // A copy: what is read is given back once it is used up.
    if (head !== undefined && head.length > 0) duplex.unshift(new Uint8Array(head));
    duplex.setNoDelay?.(true);
    // An HTTP server may have left its idle timeout on the socket.
    duplex.setTimeout?.(0);
    duplex.on("data", this.#receiveData);
    duplex.on("end", this.#receiveEnd);
    duplex.on("error", this.#receiveError);
    duplex.on("close", this.#receiveClose);
    if (duplex.destroyed) this.destroy();
  }

  start(receiver: ByteReceiver): void {
    this.#slot.start(receiver);
  }

  pause(): void {
    this.#isFlowing = false;
    this.#duplex.pause();
  }

  resume(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#duplex.resume();
    if (this.#isEndHeld) queueMicrotask(() => this.#isEndHeld && this.#receiveEnd());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#isEnded || this.#slot.isClosed) return true;
    const duplex = this.#duplex;
    const isSocket = this.#isSocket;
    // Each callback costs Node a tick, needed or not. Where one is, after all, an empty write brings it.
    const isSure = chunks.length === 1 && this.#isPrompt && isSocket && bearsEmptyWrites;
    const written = isSure ? undefined : this.#written;
    if (chunks.length > 1) duplex.cork();
    for (const chunk of chunks) {
      if (chunk.length > 0) duplex.write(isSocket ? chunk : new Uint8Array(chunk), written);
    }
    if (chunks.length > 1) duplex.uncork();
    this.#isPrompt = duplex.writableLength === 0;
    this.#isDrainAwaited = !this.#isPrompt;
    if (!this.#isPrompt && written === undefined) duplex.write(empty, this.#written);
    return this.#isPrompt;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (!this.#slot.isClosed) this.#duplex.end();
  }

  destroy(reason?: unknown): void {
    if (!this.#slot.close(reason)) return;
    if ("rstCode" in this.#duplex) {
      const isFlushed = this.#isEnded && this.#duplex.writableLength === 0;
      // RFC 8441 §5 "Orderly TCP-level closures are represented as
      // END_STREAM flags": with both, the stream ends by itself
      if (isFlushed && this.#hasPeerEnded) return;
      // ... "RST exceptions are represented with the RST_STREAM frame ... with the CANCEL ... error code"
      if (!isFlushed || reason !== undefined) this.#duplex.close?.(cancel);
    }
    this.#duplex.destroy();
  }

  /**
   * Gives the stream back, to flow from the next turn on, and tells nobody anything more. Between two writes.
   */
  release(): void {
    this.#slot.close(undefined);
    const duplex = this.#duplex;
    duplex.removeListener("data", this.#receiveData);
    duplex.removeListener("end", this.#receiveEnd);
    duplex.removeListener("error", this.#receiveError);
    duplex.removeListener("close", this.#receiveClose);
    duplex.allowHalfOpen = this.#wasHalfOpen;
    duplex.resume();
  }

  // The callback of an earlier write may come late, when this one is still under way.
  readonly #written = (error?: Error | null): void => {
    // What was not written is told by 'error' or 'close'.
    if (error || !this.#isDrainAwaited || this.#duplex.writableLength > 0) return;
    this.#isDrainAwaited = false;
    this.#slot.current?.drained();
  };

  readonly #receiveData = (chunk: Uint8Array): void => {
    this.#slot.current?.receiveBytes(chunk);
    freeChunk(this.#duplex, chunk);
  };

  readonly #receiveError = (error: Error): void => this.destroy(error);

  readonly #receiveEnd = (): void => {
    this.#hasPeerEnded = true;
    this.#isEndHeld = !this.#isFlowing;
    if (this.#isEndHeld) return;
    this.#slot.current?.receiveEnd();
    if (this.#duplex.destroyed) this.destroy();
  };

  readonly #receiveClose = (): void => {
    if (!this.#isEndHeld) this.destroy();
  };
}
