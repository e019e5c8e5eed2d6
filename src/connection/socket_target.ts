/**
 * The events of a WHATWG `WebSocket`, as listeners and as `on...` attributes. Knows not when they come.
 *
 * @module
 */

import { type EventHandler, EventHandlers } from "./event_handlers.ts";

/** What a WebSocket is as an event target. */
export class SocketTarget extends EventTarget {
  readonly #handlers = new EventHandlers(this);

  override dispatchEvent(event: Event): boolean {
    return this.#handlers.dispatch(event, (event) => super.dispatchEvent(event));
  }

  get onopen(): EventHandler<WebSocket, Event> {
    return this.#handlers.get("open");
  }

  set onopen(handler: EventHandler<WebSocket, Event>) {
    this.#handlers.set("open", handler);
  }

  get onmessage(): EventHandler<WebSocket, MessageEvent> {
    return this.#handlers.get("message");
  }

  set onmessage(handler: EventHandler<WebSocket, MessageEvent>) {
    this.#handlers.set("message", handler);
  }

  get onerror(): EventHandler<WebSocket, Event> {
    return this.#handlers.get("error");
  }

  set onerror(handler: EventHandler<WebSocket, Event>) {
    this.#handlers.set("error", handler);
  }

  get onclose(): EventHandler<WebSocket, CloseEvent> {
    return this.#handlers.get("close");
  }

  set onclose(handler: EventHandler<WebSocket, CloseEvent>) {
    this.#handlers.set("close", handler);
  }

  override addEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  override removeEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: WebSocketEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener, options);
  }
}
