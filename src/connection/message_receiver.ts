/**
 * From the transport through the engine to the application: what is read is what the application asks for.
 * Knows not what becomes of the connection when the peer closes it.
 *
 * @module
 */

import type { EngineEvent, PieceEvent } from "../protocol/engine_event.ts";
import type { WebSocketEngine } from "../protocol/web_socket_engine.ts";
import type { ByteTransport } from "./byte_transport.ts";
import { systemClock } from "./clock.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { ConnectionEnd } from "./connection_end.ts";
import type { Message } from "./connection_options.ts";
import type { Keepalive } from "./keepalive.ts";
import type { MessageSender } from "./message_sender.ts";
import { Reception, type ReceptionOptions } from "./reception.ts";
import type { WebSocketConnection } from "./web_socket_connection.ts";

/** What a receiver needs of its connection. */
export interface ReceiverOptions extends ReceptionOptions<WebSocketConnection> {
  /** Makes events of bytes. */
  readonly engine: WebSocketEngine;
  /** Where the bytes come from. */
  readonly transport: ByteTransport;
  /** How the connection ends. */
  readonly end: ConnectionEnd;
  /** Something of ours went wrong. */
  readonly onError: (error: unknown) => void;
  /** The peer has closed, or broken a rule. */
  readonly onClose: (info: WebSocketCloseInfo) => void;
}

/** The receiving half of a connection. */
export class MessageReceiver extends Reception<WebSocketConnection, Message | PieceEvent> {
  /** Bytes received so far. */
  bytesReceived = 0;
  /** Whether the transport does not deliver. */
  paused = true;

  readonly #options: ReceiverOptions;
  readonly #engine: WebSocketEngine;
  readonly #end: ConnectionEnd;
  readonly #sender: MessageSender;
  readonly #keepalive: Keepalive;
  /** Whether events are being dispatched further up the stack, or have to wait for `start()`. */
  #pumping = true;
  /** There while the peer's Close waits for the answers to what came right before it. */
  #cancelHold: (() => void) | undefined;

  /** `sender` takes the answers; `keepalive` is told of whatever comes. */
  constructor(options: ReceiverOptions, sender: MessageSender, keepalive: Keepalive) {
    super(options);
    this.#options = options;
    this.#engine = options.engine;
    this.#end = options.end;
    this.#sender = sender;
    this.#keepalive = keepalive;
  }

  /** Nothing was told before; what came with the handshake is the first to be. */
  start(head: Uint8Array | undefined): void {
    this.#pumping = false;
    if (head !== undefined) this.receiveBytes(head);
    this.pump();
  }

  /** Bytes have arrived. */
  receiveBytes(chunk: Uint8Array): void {
    if (this.#end.ended || chunk.length === 0) return;
    this.bytesReceived += chunk.length;
    this.#keepalive.heard();
    this.#engine.receive(chunk);
    this.pump();
  }

  /**
   * Dispatches what has arrived until all is read or nobody wants more, and lets the transport go on or wait.
   */
  pump(mayHold = true): void {
    const engine = this.#engine;
    if (this.#pumping || this.#end.ended || this.#cancelHold !== undefined) return;
    this.#pumping = this.#sender.held = true;
    mayHold &&= !engine.closeSent;
    let told = false;
    while (!this.#hasEnough()) {
      // What is answered at once, the peer shall have, although it closed in the same breath.
      if (mayHold && engine.closeIsNext && (told || this.length > 0)) {
        this.#cancelHold = systemClock.after(0, () => this.takeClose());
        break;
      }
      try {
        const event = engine.next();
        // A tap may have ended everything.
        if (event === undefined || this.#end.ended) break;
        told ||= event.type === "message" || event.type === "piece";
        this.#dispatch(event);
      } catch (error) {
        this.#options.onError(error);
      }
    }
    this.#pumping = this.#sender.held = false;
    if (this.#end.ended) return;
    engine.park();
    this.#setPaused(this.#cancelHold !== undefined || this.#hasEnough());
    this.#sender.flush();
  }

  /** Takes the Close that waited for the answers to what came before it. */
  takeClose(): void {
    if (this.#cancelHold === undefined) return;
    this.#cancelHold();
    this.#cancelHold = undefined;
    this.pump(false);
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#cancelHold?.();
    this.end();
  }

  /**
   * Whether the application has enough to do. A closing connection reads on, for the sake of the peer's
   * Close.
   */
  #hasEnough(): boolean {
    const engine = this.#engine;
    return this.#end.ended || !engine.closeSent && !this.isWanted && this.isFull(engine.collectedBytes);
  }

  #setPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.#options.transport.pause();
    else this.#options.transport.resume();
  }

  #dispatch(event: EngineEvent): void {
    switch (event.type) {
      case "message":
        this.push(event.data, event.data.length);
        break;
      case "piece":
        this.push(event, event.data.length);
        break;
      case "pong":
        this.#keepalive.receivePong(event.payload);
        break;
      case "close":
        this.#options.onClose({ closeCode: event.code, reason: event.reason, wasClean: true });
        break;
      case "error": {
        const { closeCode, message } = event.error;
        this.#options.onClose({ closeCode, reason: message, wasClean: false, error: event.error });
      }
    }
  }
}
