/**
 * Connections that follow each other: when to connect, when to wait, when to stop. Knows nothing of messages.
 *
 * @module
 */

import { attemptConnection } from "./attempt_connection.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import type { MessageConnection } from "./message_connection.ts";
import { computeReconnectDelay } from "./reconnect_delay.ts";
import type { ConnectAgain, ReconnectOptions, ReconnectSettings } from "./reconnect_options.ts";

/** Who takes the connections. */
export interface Successor {
  /** Takes a connection that is open. */
  use(connection: MessageConnection): void;
  /** Waits for all that must be done before there may be another. */
  prepare(): Promise<void>;
  /** The end, once: there will be no other. */
  end(info: WebSocketCloseInfo): void;
}

/** One connection after the other. */
export class ConnectionSuccession {
  /** Whether no other connection is wanted. */
  isEnding = false;

  readonly #connect: ConnectAgain;
  readonly #options: ReconnectOptions;
  readonly #settings: ReconnectSettings;
  readonly #successor: Successor;
  #attempt: AbortController | undefined;
  #endWait: (() => void) | undefined;
  #reason: unknown;

  /** Starts to connect, in a turn of its own. */
  constructor(
    connect: ConnectAgain,
    options: ReconnectOptions,
    settings: ReconnectSettings,
    successor: Successor,
  ) {
    this.#connect = connect;
    this.#options = options;
    this.#settings = settings;
    this.#successor = successor;
    void this.#run();
  }

  /** Ends the present waiting for the next attempt. */
  retry(): void {
    this.#endWait?.();
  }

  /** Gives up the present attempt, and all others. */
  stop(reason: unknown): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.#reason = reason;
    this.#attempt?.abort(reason);
    this.#endWait?.();
  }

  async #run(): Promise<void> {
    const { maxRetries, shouldReconnect } = this.#settings;
    let failures = 0;
    let previous: WebSocketCloseInfo | undefined;
    try {
      // The creator comes first.
      await undefined;
      while (!this.isEnding) {
        const { info, lasted } = await this.#live(failures, previous);
        failures = lasted ? 1 : failures + 1;
        if (this.isEnding || failures > maxRetries || !shouldReconnect(info)) return this.#finish(info);
        const delay = computeReconnectDelay(failures, info, this.#settings);
        this.#options.onDisconnect?.(info, delay);
        await this.#wait(delay);
        await this.#successor.prepare();
        previous = info;
      }
      this.#finish(createFailure(this.#reason));
    } catch (error) {
      this.#finish(createFailure(error));
    }
  }

  /** One attempt, and the life of its connection. */
  async #live(
    failures: number,
    previous: WebSocketCloseInfo | undefined,
  ): Promise<{ readonly info: WebSocketCloseInfo; readonly lasted: boolean }> {
    const { clock, connectTimeout, stableAfter } = this.#settings;
    const controller = this.#attempt = new AbortController();
    const { signal } = controller;
    let connection: MessageConnection;
    try {
      connection = await attemptConnection({
        connect: () => this.#connect({ failures, previous, signal }),
        onOpen: this.#options.onOpen,
        controller,
        timeout: connectTimeout,
        clock,
      });
    } catch (error) {
      return { info: createFailure(error), lasted: false };
    }
    this.#attempt = undefined;
    const opened = clock.now();
    if (signal.aborted) connection.abort(signal.reason);
    if (connection.readyState === "open") this.#successor.use(connection);
    const info = await connection.closed;
    return { info, lasted: clock.now() - opened >= stableAfter };
  }

  #wait(milliseconds: number): Promise<void> {
    if (this.isEnding) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#endWait = undefined;
        resolve();
      };
      const cancel = this.#settings.clock.after(milliseconds, end);
      this.#endWait = end;
    });
  }

  #finish(info: WebSocketCloseInfo): void {
    this.isEnding = true;
    let told = info;
    try {
      this.#options.onDisconnect?.(info, undefined);
    } catch (error) {
      told = { ...info, error };
    }
    this.#successor.end(told);
  }
}

/** The end of what never came to a Close (RFC 6455 §7.1.5). */
function createFailure(error: unknown): WebSocketCloseInfo {
  return { closeCode: 1006, reason: "", wasClean: false, ...(error === undefined ? undefined : { error }) };
}
