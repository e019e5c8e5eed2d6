/**
 * The Group tab: topics that are joined and left, who is in them, and what is published there.
 *
 * @module
 */
/// <reference lib="dom" />
import { feedPrefix } from "../feeds.ts";
import { Choices } from "./choices.ts";
import { find, make, makeButton, makeSpoken, onSubmit } from "./elements.ts";
import { formatCount } from "./format.ts";
import type { Session } from "./session.ts";
import { openTab, showUnread } from "./tabs.ts";
import { Thread, Threads } from "./thread.ts";

/** How many of those in a topic are named. */
const named = 8;

/** The tab. */
export class GroupTab {
  readonly #session: Session;
  readonly #threads = new Threads("group-threads");
  readonly #choices = new Choices("group", this.#threads, (topic) => this.#open(topic));
  /** Who is in each topic. */
  readonly #members = new Map<string, Set<string>>();

  /** Makes the tab work. */
  constructor(session: Session) {
    this.#session = session;
    const input = find<HTMLInputElement>("topic");
    const refusal = find("group-refusal");
    onSubmit(find<HTMLFormElement>("group-form"), async () => {
      try {
        if (input.value.startsWith(feedPrefix)) throw new Error("This is a feed, and shown under Stream");
        const topic = await session.subscribe(input.value.trim(), { presence: true });
        refusal.textContent = "";
        input.value = "";
        this.#open(topic);
      } catch (error) {
        refusal.textContent = error instanceof Error ? error.message : `${error}`;
        input.select();
      }
    });
    session.on("subscribed", (topic, { members }) => {
      if (session.topics.get(topic)) this.#enter(topic, members);
    });
    session.on("event", (event) => {
      switch (event.type) {
        case "message":
          return this.#receive(event.topic, event.from ?? "the server", event.data);
        case "joined":
          return event.topic === undefined ? undefined : this.#join(event.topic, event.name);
        case "left":
          if (event.topic !== undefined) return this.#part(event.topic, event.name);
          for (const topic of this.#members.keys()) this.#part(topic, event.name);
      }
    });
    session.on("change", () => {
      if (session.state !== "out") return;
      this.#members.clear();
      this.#threads.clear();
      this.#show();
    });
    addEventListener("tabchange", () => {
      if (openTab() === "group" && this.#threads.current !== undefined) {
        this.#threads.all.get(this.#threads.current)!.show();
        this.#show();
      }
    });
    this.#show();
  }

  #open(topic: string): void {
    this.#threads.open(topic);
    this.#show();
    this.#threads.all.get(topic)!.focus();
  }

  #enter(topic: string, members: readonly string[]): void {
    this.#members.set(topic, new Set(members));
    if (!this.#threads.all.has(topic)) {
      const thread = new Thread(
        topic,
        () => this.#session.name,
        (text) => this.#session.publish(topic, text),
      );
      thread.actions.append(makeButton("quiet", () => this.#leave(topic), "Leave", makeSpoken(` ${topic}`)));
      this.#threads.all.set(topic, thread);
    }
    this.#showMembers(topic);
  }

  async #leave(topic: string): Promise<void> {
    this.#members.delete(topic);
    this.#threads.remove(topic);
    this.#show();
    find("topic").focus();
    await this.#session.unsubscribe(topic).catch(() => {});
  }

  #join(topic: string, name: string): void {
    const members = this.#members.get(topic);
    if (members === undefined || members.has(name)) return;
    members.add(name);
    this.#threads.all.get(topic)!.remark(make("bdi", "", name), " has joined");
    this.#showMembers(topic);
  }

  #part(topic: string, name: string): void {
    if (!this.#members.get(topic)?.delete(name)) return;
    this.#threads.all.get(topic)!.remark(make("bdi", "", name), " has left");
    this.#showMembers(topic);
  }

  #receive(topic: string, from: string, data: unknown): void {
    const thread = this.#threads.all.get(topic);
    if (thread === undefined) return;
    thread.add(from, typeof data === "string" ? data : JSON.stringify(data));
    if (openTab() !== "group" || this.#threads.current !== topic) thread.unread++;
    this.#show();
  }

  #showMembers(topic: string): void {
    const own = this.#session.name;
    const others = [...this.#members.get(topic)!].filter((name) => name !== own).sort();
    const { note } = this.#threads.all.get(topic)!;
    if (others.length === 0) return note.replaceChildren("Only you are in here.");
    const first = others.slice(0, named).flatMap((name) => [", ", make("bdi", "", name)]);
    const more = others.length - named;
    note.replaceChildren("In here: you", ...first, more > 0 ? ` and ${formatCount(more, "other")}` : "");
  }

  #show(): void {
    this.#choices.show([...this.#threads.all.keys()]);
    showUnread("group", this.#threads.unread);
  }
}
