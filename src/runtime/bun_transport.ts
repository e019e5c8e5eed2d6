/**
 * Bytes from Bun's sockets: `Bun.listen` and `Bun.connect`, TCP, TLS and Unix. Knows no protocol; uses no
 * global of Bun, so it type-checks and loads anywhere.
 *
 * @module
 */

import type { ByteReceiver, ByteTransport } from "../connection/byte_transport.ts";
import { joinChunks } from "./join_chunks.ts";
import { ReceiverSlot } from "./receiver_slot.ts";

/** What is used of a `Bun.Socket`. */
export interface BunSocket {
  /** Writes a beginning of the bytes and says how many; `-1` when the socket is gone. */
  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number;
  /** Ends the writing side; `end()` would end reading as well. */
  shutdown(): void;
  /** Closes both sides behind what was written. */
  end(): void;
  /** Stops reading. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
  /** Present on TCP and TLS sockets. */
  setNoDelay?(noDelay?: boolean): boolean;
}

/** The part of the options of `Bun.listen` and `Bun.connect` that makes their sockets transports. */
export interface BunSocketOptions<Socket extends BunSocket> {
  /** Without it, Bun closes the whole socket at the peer's end, before its last bytes are answered. */
  readonly allowHalfOpen: true;
  /** The handlers. `socket.data` is left to the application. */
  readonly socket: BunSocketHandlers<Socket>;
}

/** The callbacks that Bun knows for a socket. */
export interface BunSocketHandlers<Socket extends BunSocket> {
  /** Chunks come as plain arrays. */
  readonly binaryType: "uint8array";
  /** A connection is there. */
  open(socket: Socket): void;
  /** Bytes have come. */
  data(socket: Socket, chunk: Uint8Array): void;
  /** The socket takes bytes again. */
  drain(socket: Socket): void;
  /** The peer has ended its writing side. */
  end(socket: Socket): void;
  /** The socket is gone. */
  close(socket: Socket, error?: Error): void;
  /** A handler has thrown, or TLS has failed. */
  error(socket: Socket, error: Error): void;
}

/**
 * Makes the sockets of a `Bun.listen` or `Bun.connect` transports.
 *
 * @example A server
 * ```ts ignore
 * import { acceptWebSocket } from "@weft/websocket";
 * import { bunSocketOptions } from "@weft/websocket/bun";
 *
 * Bun.listen({
 *   hostname: "127.0.0.1",
 *   port: 10088,
 *   ...bunSocketOptions(async (transport) => {
 *     const connection = await acceptWebSocket(transport);
 *     for await (const message of connection) await connection.send(message);
 *   }),
 * });
 * ```
 *
 * @param onOpen Called with the transport of each new socket. What it throws or rejects with destroys that
 * transport.
 */
export function bunSocketOptions<Socket extends BunSocket>(
  onOpen: (transport: ByteTransport, socket: Socket) => void | Promise<void>,
): BunSocketOptions<Socket> {
  const transports = new WeakMap<Socket, BunTransport>();
  return {
    allowHalfOpen: true,
    socket: {
      binaryType: "uint8array",
      open(socket) {
        const transport = new BunTransport(socket);
        transports.set(socket, transport);
        // Bun would leave a rejection unhandled.
        (async () => await onOpen(transport, socket))().catch((error) => transport.destroy(error));
      },
      data: (socket, chunk) => transports.get(socket)?.receiveBytes(chunk),
      drain: (socket) => transports.get(socket)?.continueWriting(),
      end: (socket) => transports.get(socket)?.receiveEnd(),
      close: (socket, error) => transports.get(socket)?.receiveClose(error),
      error: (socket, error) => transports.get(socket)?.destroy(error),
    },
  };
}

class BunTransport implements ByteTransport {
  readonly #socket: BunSocket;
  readonly #slot = new ReceiverSlot();

  // Receiving
  #isFlowing = false;
  #isAtEnd = false;
  /** What came in spite of `pause()`, as the bytes before a reset do. `null` is the end. */
  readonly #held: (Uint8Array | null)[] = [];
  /** Bun has closed the socket, and the receiver has still to take what is held. */
  #isCloseHeld = false;

  // Sending
  #unsent: readonly Uint8Array[] = [];
  #sentChunks = 0;
  #sentBytes = 0;
  #isEnded = false;

  constructor(socket: BunSocket) {
    this.#socket = socket;
    socket.setNoDelay?.(true);
    socket.pause();
  }

  start(receiver: ByteReceiver): void {
    this.#slot.start(receiver);
  }

  pause(): void {
    if (!this.#isFlowing) return;
    this.#isFlowing = false;
    this.#socket.pause();
  }

  resume(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    this.#socket.resume();
    if (this.#held.length > 0) queueMicrotask(() => this.#deliverHeld());
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#isEnded || this.#slot.isClosed) return true;
    this.#unsent = chunks.length > 1 ? joinChunks(chunks) : chunks;
    this.#sentChunks = 0;
    this.#sentBytes = 0;
    return this.#writeUnsent();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#unsent.length === 0) this.#socket.shutdown();
  }

  destroy(reason?: unknown): void {
    if (!this.#slot.close(reason)) return;
    this.#held.length = 0;
    this.#unsent = [];
    this.#socket.end();
  }

  receiveBytes(chunk: Uint8Array): void {
    if (this.#isFlowing && this.#held.length === 0) this.#slot.current?.receiveBytes(chunk);
    else this.#held.push(new Uint8Array(chunk));
  }

  receiveEnd(): void {
    if (this.#isAtEnd) return;
    this.#isAtEnd = true;
    if (this.#isFlowing && this.#held.length === 0) this.#slot.current?.receiveEnd();
    else this.#held.push(null);
  }

  receiveClose(error: Error | undefined): void {
    // When both sides have ended, Bun says so by 'close' alone.
    if (error === undefined && this.#isEnded) this.receiveEnd();
    this.#isCloseHeld = error === undefined && this.#held.length > 0;
    if (!this.#isCloseHeld) this.destroy(error);
  }

  /** The socket takes bytes again. */
  continueWriting(): void {
    if (this.#unsent.length === 0 || !this.#writeUnsent()) return;
    if (this.#isEnded) this.#socket.shutdown();
    this.#slot.current?.drained();
  }

  #deliverHeld(): void {
    while (this.#isFlowing && this.#held.length > 0) {
      const chunk = this.#held.shift();
      if (chunk) this.#slot.current?.receiveBytes(chunk);
      else this.#slot.current?.receiveEnd();
    }
    if (this.#isCloseHeld && this.#held.length === 0) this.destroy();
  }

  /** Whether all is taken. A socket that is gone takes nothing; its 'close' is to come. */
  #writeUnsent(): boolean {
    for (; this.#sentChunks < this.#unsent.length; this.#sentChunks++) {
      const chunk = this.#unsent[this.#sentChunks]!;
      const length = chunk.length - this.#sentBytes;
      if (length > 0) this.#sentBytes += Math.max(0, this.#socket.write(chunk, this.#sentBytes, length));
      if (this.#sentBytes < chunk.length) return false;
      this.#sentBytes = 0;
    }
    this.#unsent = [];
    return true;
  }
}
