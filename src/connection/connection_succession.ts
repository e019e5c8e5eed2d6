/**
 * Connections that follow each other: when to connect, when to wait, when to stop. Knows nothing of messages.
 *
 * @module
 */

import { attemptConnection } from "./attempt_connection.ts";
import type { WebSocketCloseInfo } from "./close_info.ts";
import { type CloseOptions, readCloseOptions } from "./close_options.ts";
import { createCloseError } from "./connection_streams.ts";
import type { MessageConnection } from "./message_connection.ts";
import { computeReconnectDelay } from "./reconnect_delay.ts";
import type { ConnectAgain, ReconnectOptions, ReconnectSettings } from "./reconnect_options.ts";
import { rejectQuietly } from "./quietly.ts";

/** Who takes the connections. */
export interface Successor {
  /** Takes a connection that is open. */
  use(connection: MessageConnection): void;
  /** The connection has ended, and another will follow: keeps what is left of it. */
  leave(): Promise<void>;
  /** Waits until there may be another. */
  prepare(): Promise<void>;
  /** Forgets what was left. */
  forget(): void;
  /** The end, once: there will be no other. */
  end(info: WebSocketCloseInfo): void;
}

/** The end of what never came to a Close (RFC 6455 §7.1.5). */
const withoutClose: WebSocketCloseInfo = { closeCode: 1006, reason: "", wasClean: false };

/** One connection after the other. */
export class ConnectionSuccession {
  /** Resolves at the end. Never rejects. */
  readonly closed: Promise<WebSocketCloseInfo>;

  readonly #connect: ConnectAgain;
  readonly #options: ReconnectOptions;
  readonly #settings: ReconnectSettings;
  readonly #successor: Successor;
  /** Whether no other connection is wanted. */
  #isEnding = false;
  #last: MessageConnection | undefined;
  #attempt: AbortController | undefined;
  #endWait: (() => void) | undefined;
  /** Why it was stopped where there was no connection. */
  #reason: unknown;
  /** What the application has thrown. */
  #failure: unknown;
  /** What `closed` tells. */
  #closeInfo: WebSocketCloseInfo | undefined;
  #resolveClosed!: (info: WebSocketCloseInfo) => void;

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
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    void this.#run();
    if (options.signal?.aborted) this.#onAbort();
    options.signal?.addEventListener("abort", this.#onAbort);
  }

  /** `open` until the end is wanted or certain, `closed` when it has come. */
  get readyState(): "open" | "closing" | "closed" {
    if (this.#closeInfo !== undefined) return "closed";
    return this.#isEnding ? "closing" : "open";
  }

  /** The connection, or the last one there was. */
  get last(): MessageConnection | undefined {
    return this.#last;
  }

  /** The connection there is now, if it is open. */
  get current(): MessageConnection | undefined {
    return this.#last?.readyState === "open" ? this.#last : undefined;
  }

  /** Ends the present waiting for the next attempt. */
  retry(): void {
    this.#endWait?.();
  }

  /** Rejects, as something cannot be done without a connection. */
  refuse(operation: string): Promise<never> {
    return rejectQuietly(createCloseError(operation, this.#closeInfo ?? withoutClose));
  }

  /** Closes the connection, or gives up. Rejects as the connection's `close()` does, and goes on then. */
  async close(info: CloseOptions): Promise<WebSocketCloseInfo> {
    const options = readCloseOptions(info);
    const { current } = this;
    if (current === undefined) {
      this.#stop(new DOMException("The connection was closed", "AbortError"));
    } else if (!this.#isEnding) {
      this.#isEnding = true;
      try {
        await current.close(options);
      } catch (error) {
        this.#isEnding = false;
        throw error;
      }
    }
    return await this.closed;
  }

  /** Tears the connection down, and gives up. */
  abort(reason: unknown): void {
    this.#successor.forget();
    this.#stop(reason);
    this.#last?.abort(reason);
  }

  /** Something of the application's went wrong: RFC 6455 §7.4.1 1011, "an unexpected condition". */
  fail(error: unknown): void {
    this.#failure ??= error;
    const { current } = this;
    if (current === undefined) return this.#stop(error);
    this.#isEnding = true;
    // Not every runtime lets its applications say so.
    current.close({ closeCode: 1011 }).catch(() => current.abort(error));
  }

  readonly #onAbort = (): void => this.abort(this.#options.signal?.reason);

  /** Gives up the present attempt, and all others. */
  #stop(reason: unknown): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#reason = reason;
    this.#attempt?.abort(reason);
    this.#endWait?.();
  }

  async #run(): Promise<void> {
    let info = await this.#succeed().catch(createFailure);
    this.#isEnding = true;
    const error = info.error ?? this.#failure;
    if (error !== undefined) info = { ...info, error };
    try {
      await this.#limit(this.#options.onDisconnect?.(info, undefined));
    } catch (error) {
      info = { ...info, error };
    }
    this.#closeInfo = info;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#successor.end(info);
    this.#resolveClosed(info);
  }

  /** One connection after the other, up to the end of the last. */
  async #succeed(): Promise<WebSocketCloseInfo> {
    const { clock, maxRetries, shouldReconnect } = this.#settings;
    let failures = 0;
    let previous: WebSocketCloseInfo | undefined;
    // The creator comes first.
    await undefined;
    while (!this.#isEnding) {
      const { info, lasted } = await this.#live(failures, previous);
      failures = lasted ? 1 : failures + 1;
      if (this.#isEnding || failures > maxRetries || !shouldReconnect(info)) return info;
      const delay = computeReconnectDelay(failures, info, this.#settings);
      this.#tell(info, delay);
      await this.#wait((end) => clock.after(delay, end));
      await this.#successor.leave();
      await this.#wait((end, fail) => void this.#successor.prepare().then(end, fail));
      previous = info;
    }
    return createFailure(this.#reason);
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
    if (connection.readyState === "open") {
      this.#last = connection;
      this.#successor.use(connection);
    }
    const info = await connection.closed;
    return { info, lasted: clock.now() - opened >= stableAfter };
  }

  /** Tells of an end that is not the last. What goes wrong with that later on is the end too. */
  #tell(info: WebSocketCloseInfo, delay: number): void {
    const told = this.#options.onDisconnect?.(info, delay);
    Promise.resolve(told).catch((error) => this.fail(error));
  }

  /** Waits for what the application does at the end, but no longer than for an attempt. */
  async #limit(result: unknown): Promise<void> {
    const { clock, connectTimeout } = this.#settings;
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => cancel = clock.after(connectTimeout, resolve));
    await Promise.race([result, late]).finally(cancel);
  }

  /** Waits until `begin` has `end` called, or nobody wants to wait any more. */
  async #wait(
    begin: (end: () => void, fail: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<void> {
    if (this.#isEnding) return;
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#endWait = resolve;
      cancel = begin(resolve, reject);
    }).finally(() => {
      this.#endWait = undefined;
      cancel?.();
    });
  }
}

function createFailure(error: unknown): WebSocketCloseInfo {
  return error === undefined ? withoutClose : { ...withoutClose, error };
}
