/**
 * The buttons that choose one of a tab's conversations. Knows not what is said in them.
 *
 * @module
 */
/// <reference lib="dom" />
import { find, make, makeButton, makeSpoken, makeUnread } from "./elements.ts";
import { KeyedList } from "./keyed_list.ts";
import type { Threads } from "./thread.ts";

/** A tab's buttons. */
export class Choices {
  readonly #threads: Threads;
  readonly #list: KeyedList<HTMLButtonElement>;
  readonly #empty: HTMLElement;

  /** Shown in the element that has the id and `-choices`; where there are none, the one with `-empty` is. */
  constructor(id: string, threads: Threads, choose: (key: string) => void) {
    this.#threads = threads;
    this.#list = new KeyedList(find(`${id}-choices`), (key) => makeButton("", () => choose(key)));
    this.#empty = find(`${id}-empty`);
  }

  /** Shows these, with what is unread of each. */
  show(keys: readonly string[], isHere: (key: string) => boolean = () => true): void {
    this.#empty.hidden = keys.length > 0;
    this.#list.show(keys, (button, key) => {
      const isOpen = key === this.#threads.current;
      const unread = this.#threads.all.get(key)?.unread ?? 0;
      const isAbsent = !isHere(key);
      const shown = `${isOpen} ${unread} ${isAbsent}`;
      if (button.dataset["shown"] === shown) return;
      button.dataset["shown"] = shown;
      const isNew = isOpen && button.ariaPressed !== "true";
      button.ariaPressed = `${isOpen}`;
      button.className = isAbsent ? "absent" : "";
      button.replaceChildren(
        make("bdi", "", key),
        ...(isAbsent ? [makeSpoken(" (has left)")] : []),
        ...makeUnread(unread),
      );
      if (isNew) button.scrollIntoView({ block: "nearest" });
    });
  }
}
