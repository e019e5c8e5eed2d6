/**
 * The Direct tab: a private conversation with each member.
 *
 * @module
 */
/// <reference lib="dom" />
import { Choices } from "./choices.ts";
import type { Session } from "./session.ts";
import { openTab, selectTab, showUnread } from "./tabs.ts";
import { Thread, Threads } from "./thread.ts";

/** The tab. */
export class DirectTab {
  readonly #session: Session;
  readonly #threads = new Threads("direct-threads");
  readonly #choices = new Choices("direct", this.#threads, (name) => this.write(name));

  /** Makes the tab work. */
  constructor(session: Session) {
    this.#session = session;
    session.on("change", () => this.#show());
    session.on("event", (event) => {
      if (event.type === "direct") {
        // Whatever another client makes of it.
        this.#receive(event.from, typeof event.data === "string" ? event.data : JSON.stringify(event.data));
      }
      if ((event.type === "joined" || event.type === "left") && event.topic === undefined) {
        this.#threads.all.get(event.name)?.remark(event.type === "left" ? "has left" : "is here again");
      }
    });
    addEventListener("tabchange", () => this.#see());
  }

  /** Opens the conversation with a member. */
  write(to: string): void {
    selectTab("direct");
    this.#open(to);
    this.#threads.all.get(to)!.focus();
  }

  #open(name: string): void {
    this.#find(name);
    this.#threads.open(name);
    this.#show();
  }

  #find(name: string): Thread {
    let thread = this.#threads.all.get(name);
    if (thread === undefined) {
      thread = new Thread(name, () => this.#session.name, (text) => this.#session.send(name, text));
      thread.note.textContent = "Nobody else reads this.";
      this.#threads.all.set(name, thread);
    }
    return thread;
  }

  #receive(from: string, text: string): void {
    const thread = this.#find(from);
    thread.add(from, text);
    if (this.#threads.current === undefined) this.#threads.open(from);
    if (openTab() !== "direct" || this.#threads.current !== from) thread.unread++;
    this.#show();
  }

  /** What is open on the open tab, is seen. */
  #see(): void {
    if (openTab() === "direct" && this.#threads.current !== undefined) {
      this.#threads.all.get(this.#threads.current)!.show();
      this.#show();
    }
  }

  #show(): void {
    const { members, name: own, state } = this.#session;
    if (state === "out") this.#threads.clear();
    const names = [...new Set([...this.#threads.all.keys(), ...members])].filter((name) => name !== own)
      .sort();
    this.#choices.show(names, (name) => members.has(name));
    showUnread("direct", this.#threads.unread);
  }
}
