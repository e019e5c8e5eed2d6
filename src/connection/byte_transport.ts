/**
 * The push interface between a connection and whatever carries its bytes. Knows neither HTTP nor WebSockets;
 * the runtime adapters implement it, and a pair of byte streams is wrapped into one.
 *
 * @module
 */

/** A pair of byte streams: a TCP or TLS connection, an HTTP/2 stream, a pipe, WebTransport, memory. */
export interface ByteStreamPair {
  /** Bytes from the peer. Chunks may be of any size, empty ones included. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer. */
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * A full-duplex carrier of bytes, as a source of calls.
 *
 * - It is born paused: nothing is delivered before the first `resume()`.
 * - After `pause()` returns, neither bytes nor the end are delivered until `resume()`.
 * - One write at a time: after `write()` has returned `false`, the next one waits for `drained()`.
 */
export interface ByteTransport {
  /** Names who is called from now on. Called again to hand over from the handshake to the connection. */
  start(receiver: ByteReceiver): void;
  /** Stops delivery. Idempotent. */
  pause(): void;
  /** Starts or continues delivery, never from within this call. Idempotent. */
  resume(): void;
  /**
   * Writes all chunks, in order. `true`: all is taken and the memory is the caller's again. `false`: the
   * chunks must stay untouched until `drained()`. Never throws; a failure arrives as `closed(error)`.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Ends the writing side behind what was written (a TCP FIN). Reading goes on. Idempotent. */
  end(): void;
  /** Tears both sides down at once and frees what they hold, streams' locks included. Idempotent. */
  destroy(reason?: unknown): void;
}

/** Who is called by a transport. None of these calls may throw. */
export interface ByteReceiver {
  /** Bytes have arrived. They are valid only during this call: copy what must stay. */
  receiveBytes(chunk: Uint8Array): void;
  /** The peer has ended its writing side; ours may still work. */
  receiveEnd(): void;
  /** All that was written is taken. Only after a `write()` that returned `false`. */
  drained(): void;
  /**
   * The transport is gone, by `destroy()` or by an error of its own. Called once, then never anything again.
   */
  closed(error?: unknown): void;
}
