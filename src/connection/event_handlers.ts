/**
 * The `on...` attributes of an event target, as HTML has them: one listener for each type, in the order of
 * the others.
 *
 * @module
 */

/** What an `on...` attribute may hold. */
export type EventHandler<Target, Type extends Event> = ((this: Target, event: Type) => unknown) | null;

/** The handlers of one target. */
export class EventHandlers {
  readonly #target: EventTarget;
  readonly #hides: boolean;
  readonly #handlers: Map<string, { value: object; readonly listener: EventListener }> = new Map();
  /** The attribute that is not to be seen by the next look at it. */
  #hidden: string | undefined;

  /**
   * The handlers will listen to `target`. Whether its `dispatchEvent()` calls what is found under `on...`:
   */
  constructor(target: EventTarget, callsFound: boolean = callsAttributes()) {
    this.#target = target;
    this.#hides = callsFound;
  }

  /**
   * Dispatches an event at the target by `dispatch`, from where workerd, before all listeners, calls what an
   * attribute holds by itself, if it sees it.
   */
  dispatch(event: Event, dispatch: (event: Event) => boolean): boolean {
    if (this.#hides) this.#hidden = event.type;
    const result = dispatch(event);
    this.#hidden = undefined;
    return result;
  }

  /** What the attribute holds. */
  get<Target, Type extends Event>(type: string): EventHandler<Target, Type> {
    if (this.#hidden === type) {
      this.#hidden = undefined;
      return null;
    }
    return (this.#handlers.get(type)?.value ?? null) as EventHandler<Target, Type>;
  }

  /** Sets the attribute. A handler keeps the place of the one before; `null` gives it up. */
  set(type: string, value: unknown): void {
    const handler = this.#handlers.get(type);
    // HTML §8.1.8.1: a value that is no object stands for null; an object that is no function is kept, and
    // never called.
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      this.#handlers.delete(type);
      if (handler !== undefined) this.#target.removeEventListener(type, handler.listener);
    } else if (handler !== undefined) {
      handler.value = value;
    } else {
      const added: { value: object; readonly listener: EventListener } = {
        value: value as object,
        listener: (event) => {
          if (typeof added.value === "function") added.value.call(this.#target, event);
        },
      };
      this.#handlers.set(type, added);
      this.#target.addEventListener(type, added.listener);
    }
  }
}

let answer: boolean | undefined;

/** Whether the runtime's `dispatchEvent()` calls what is found under `on...`. */
function callsAttributes(): boolean {
  if (answer === undefined) {
    answer = false;
    const probe = Object.assign(new EventTarget(), { onprobe: () => void (answer = true) });
    probe.dispatchEvent(new Event("probe"));
  }
  return answer;
}
