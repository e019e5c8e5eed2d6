/**
 * The Stream tab: feeds of the server's measurements, each a chart, and their messages as they come.
 *
 * @module
 */
/// <reference lib="dom" />
import type { Feed } from "../feeds.ts";
import { find, make } from "./elements.ts";
import type { FeedChart } from "./feed_chart.ts";
import { formatBytes } from "./format.ts";
import type { Session } from "./session.ts";

/** How many raw messages pass by before they are gone. */
const kept = 200;

const formats: Readonly<Record<Feed["unit"], (value: number) => string>> = {
  ms: (value) => `${value.toLocaleString("en", { maximumFractionDigits: 1 })} ms`,
  bytes: formatBytes,
  "bytes/s": (value) => `${formatBytes(value)}/s`,
  members: (value) => Number.isInteger(value) ? value.toLocaleString("en") : "",
  "messages/s": (value) => `${value.toLocaleString("en", { maximumFractionDigits: 1 })}/s`,
};

/** A feed on the page. */
class FeedRow {
  readonly element: HTMLElement;
  readonly #toggle: HTMLInputElement = make("input");
  readonly #value: HTMLOutputElement = make("output", "value");
  readonly #place: HTMLElement = make("div", "chart");
  readonly #format: (value: number) => string;
  readonly #feed: Feed;
  readonly #session: Session;
  #chart: FeedChart | undefined;

  constructor(feed: Feed, session: Session) {
    this.#feed = feed;
    this.#session = session;
    this.#format = formats[feed.unit];
    Object.assign(this.#toggle, { type: "checkbox", role: "switch" });
    this.#toggle.dataset["online"] = "";
    this.#toggle.addEventListener("change", () => void this.set(this.#toggle.checked));
    // Twice a second is too much to be read out.
    this.#value.ariaLive = "off";
    this.#place.role = "img";
    this.#place.ariaLabel = `${feed.title} over the last minute`;
    this.#place.hidden = true;
    this.element = make("div", "feed", make("label", "", this.#toggle, feed.title), this.#value, this.#place);
  }

  get isOn(): boolean {
    return this.#toggle.checked;
  }

  /** Subscribes or unsubscribes. */
  async set(isOn: boolean): Promise<void> {
    this.show(isOn);
    try {
      if (isOn) await this.#session.subscribe(this.#feed.topic, { presence: false });
      else await this.#session.unsubscribe(this.#feed.topic);
    } catch (error) {
      this.show(!isOn);
      this.#value.value = error instanceof Error ? error.message : `${error}`;
    }
  }

  /** Shows a chart, or none. */
  show(isOn: boolean): void {
    this.#toggle.checked = isOn;
    this.#place.hidden = !isOn;
    this.#value.value = "";
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  async add(time: number, value: number): Promise<void> {
    if (!this.isOn) return;
    this.#value.value = this.#format(value);
    // More than half of the page's code is fetched for those who look. Without it, the value is shown alone.
    const chart = await import("./feed_chart.ts").catch(() => undefined);
    if (chart === undefined || !this.isOn) return;
    this.#chart ??= new chart.FeedChart(this.#place, this.#format);
    this.#chart.add(time / 1000, value);
  }
}

/** Makes the tab work with the feeds that the server has. */
export function startStreamTab(session: Session, feeds: readonly Feed[]): void {
  const rows = new Map(feeds.map((feed) => [feed.topic, new FeedRow(feed, session)]));
  find("feeds").append(...[...rows.values()].map(({ element }) => element));

  const all = find("stream-all");
  const showAll = () => {
    all.textContent = [...rows.values()].every(({ isOn }) => isOn)
      ? "Unsubscribe from all"
      : "Subscribe to all";
  };
  all.addEventListener("click", () => {
    const off = [...rows.values()].filter(({ isOn }) => !isOn);
    for (const row of off.length > 0 ? off : rows.values()) void row.set(off.length > 0);
    showAll();
  });
  find("feeds").addEventListener("change", showAll);

  const ticker = find("ticker");
  const pause = find("ticker-pause");
  let isPaused = false;
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? "Go on" : "Pause";
  });

  session.on("event", (event) => {
    if (event.type !== "message") return;
    const row = rows.get(event.topic);
    if (row === undefined) return;
    const { time, value } = event.data as { readonly time: number; readonly value: number };
    void row.add(time, value);
    if (isPaused) return;
    ticker.prepend(make("li", "", JSON.stringify(event)));
    if (ticker.children.length > kept) ticker.lastElementChild!.remove();
    find("ticker-empty").hidden = true;
  });
  session.on("change", () => {
    if (session.state !== "out") return;
    for (const row of rows.values()) row.show(false);
    ticker.replaceChildren();
    find("ticker-empty").hidden = false;
    showAll();
  });
}
