import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { EventHandlers } from "../../src/connection/event_handlers.ts";

/** Whether it is workerd, whose `dispatchEvent()` calls what is found under `on...`, before all listeners. */
let callsFound = false;
Object.assign(new EventTarget(), { onping: () => callsFound = true }).dispatchEvent(new Event("ping"));

/** A target with one attribute, which is called so on all runtimes. */
class CallingTarget extends EventTarget {
  readonly #handlers = new EventHandlers(this, true);

  get onping(): ((event: Event) => unknown) | null {
    return this.#handlers.get("ping");
  }

  set onping(handler: ((event: Event) => unknown) | null) {
    this.#handlers.set("ping", handler);
  }

  override dispatchEvent(event: Event): boolean {
    return this.#handlers.dispatch(event, (event) => {
      if (!callsFound) this.onping?.(event);
      return super.dispatchEvent(event);
    });
  }
}

test("a handler is called once and in its place, where the runtime would call what it finds by itself", () => {
  const target = new CallingTarget();
  const calls: string[] = [];
  target.addEventListener("ping", () => calls.push("first"));
  const handler = () => calls.push(`second ${target.onping === handler}`);
  target.onping = handler;
  target.addEventListener("ping", () => calls.push("third"));
  for (let round = 0; round < 2; round++) {
    target.dispatchEvent(new Event("ping"));
    assertEquals(calls.splice(0), ["first", "second true", "third"]);
    assertEquals(target.onping, handler);
  }
});
