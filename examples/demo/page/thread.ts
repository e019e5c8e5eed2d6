/**
 * A conversation: what was said, and a field to say more. Knows not with whom.
 *
 * @module
 */
/// <reference lib="dom" />
import { tellControls } from "./away.ts";
import { find, make, onSubmit } from "./elements.ts";

/** How many messages a thread keeps. */
const kept = 500;
/** Pixels from the end of a thread within which it is still looked at. */
const nearEnd = 32;
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
let threads = 0;

/** A conversation on the page. */
export class Thread {
  /** The element to be shown. */
  readonly element: HTMLElement;
  /** Where something about the conversation as a whole can be said. */
  readonly note: HTMLElement = make("p", "note");
  /** Where something can be done with it as a whole. */
  readonly actions: HTMLElement = make("div", "actions");
  /** Messages that came while it was not open. */
  unread = 0;
  readonly #log: HTMLOListElement = make("ol", "log");
  readonly #input: HTMLInputElement = make("input");
  /** Whether the end is looked at, and so is kept in sight. */
  #isAtEnd = true;
  #isFollowing = false;

  /** `send` delivers a text, or rejects with what is to be shown beside it. */
  constructor(title: string, ownName: () => string, send: (text: string) => Promise<void>) {
    const id = `thread-${++threads}`;
    const heading = make("h2", "", make("bdi", "", title));
    heading.id = `${id}-title`;
    this.#log.ariaLive = "polite";
    this.#log.tabIndex = 0;
    this.#log.addEventListener("scroll", () => this.#look());
    // A keyboard on the screen takes room, say.
    new ResizeObserver(() => this.#isAtEnd && this.#showEnd()).observe(this.#log);
    this.#log.setAttribute("aria-labelledby", heading.id);
    Object.assign(this.#input, {
      id,
      dir: "auto",
      enterKeyHint: "send",
      autocomplete: "off",
      maxLength: 10_000,
    });
    const label = make("label", "spoken", `Message to ${title}`);
    label.htmlFor = id;
    const button = make("button", "", "Send");
    button.type = "submit";
    button.dataset["online"] = "";
    const form = make("form", "", label, make("div", "line", this.#input, button));
    onSubmit(form, async () => {
      const text = this.#input.value;
      if (text === "") return;
      this.#input.value = "";
      const item = this.add(ownName(), text, true);
      try {
        await send(text);
      } catch (error) {
        this.#follow();
        item.classList.add("lost");
        item.append(make("span", "refusal", error instanceof Error ? error.message : `${error}`));
      }
    });
    this.element = make(
      "section",
      "thread",
      make("header", "", make("div", "", heading, this.note), this.actions),
      this.#log,
      form,
    );
    this.element.setAttribute("aria-labelledby", heading.id);
  }

  /** Adds a message. */
  add(from: string, text: string, isOwn = false): HTMLLIElement {
    const said = make("p", "", text);
    said.dir = "auto";
    const item = make(
      "li",
      isOwn ? "own" : "",
      make("bdi", "from", isOwn ? "You" : from),
      " ",
      make("time", "", clock.format()),
      said,
    );
    this.#append(item);
    if (isOwn) this.show();
    return item;
  }

  /** Adds a line that nobody said. */
  remark(...line: (string | Node)[]): void {
    this.#append(make("li", "remark", ...line));
  }

  /** Puts the focus where one writes. */
  focus(): void {
    this.#input.focus();
  }

  /** Shows the latest message. */
  show(): void {
    this.unread = 0;
    this.#isAtEnd = true;
    this.#showEnd();
  }

  #append(item: HTMLLIElement): void {
    this.#follow();
    this.#log.append(item);
    if (this.#log.children.length > kept) this.#log.firstElementChild!.remove();
  }

  /** Shows the end once a frame, but to those who read further up. */
  #follow(): void {
    this.#look();
    if (this.#isFollowing || !this.#isAtEnd) return;
    this.#isFollowing = true;
    requestAnimationFrame(() => {
      this.#isFollowing = false;
      this.#showEnd();
    });
  }

  #look(): void {
    // What came in this frame is below, and will be shown.
    if (this.#isFollowing) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight <= nearEnd;
  }

  #showEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}

/** The conversations of a tab, of which one is open. */
export class Threads {
  /** By whom or what they are with. */
  readonly all: Map<string, Thread> = new Map();
  /** The open one's. */
  current: string | undefined;
  readonly #place: HTMLElement;

  /** They are shown in the element that has the id. */
  constructor(id: string) {
    this.#place = find(id);
  }

  /** Opens one, or none. */
  open(key: string | undefined): void {
    this.current = key;
    const thread = key === undefined ? undefined : this.all.get(key);
    if (thread === undefined) return this.#place.replaceChildren();
    if (this.#place.firstChild !== thread.element) this.#place.replaceChildren(thread.element);
    tellControls(thread.element);
    thread.show();
  }

  /** Forgets one, and closes it. */
  remove(key: string): void {
    this.all.delete(key);
    if (this.current === key) this.open(this.all.keys().next().value);
  }

  /** Forgets all. */
  clear(): void {
    this.all.clear();
    this.open(undefined);
  }

  /** How much came that was not seen. */
  get unread(): number {
    return [...this.all.values()].reduce((sum, { unread }) => sum + unread, 0);
  }
}
