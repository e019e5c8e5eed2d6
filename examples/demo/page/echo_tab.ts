/**
 * The Echo tab: what was sent, what came back, and how long that took.
 *
 * @module
 */
/// <reference lib="dom" />
import { find, make, makeSpoken, onSubmit } from "./elements.ts";
import { formatCount, formatMessage, formatSize, formatTime } from "./format.ts";
import type { Session } from "./session.ts";

/** How many round trips the page keeps. */
const kept = 100;

/** Makes the tab work. */
export function startEchoTab(session: Session): void {
  const form = find<HTMLFormElement>("echo-form");
  const input = find<HTMLInputElement>("echo-message");
  const log = find("echo-log");
  const summary = find("echo-summary");
  const empty = find("echo-empty");
  const times: number[] = [];

  onSubmit(form, async () => {
    const isBinary = new FormData(form).get("type") === "binary";
    const message = isBinary ? new TextEncoder().encode(input.value) : input.value;
    // Enter sends it again, typing replaces it.
    input.select();
    const back = makeRow("back", "←", "Back", "", "on its way");
    const item = make("li", "", makeRow("", "→", "Sent", formatMessage(message), formatSize(message)), back);
    log.prepend(item);
    if (log.children.length > kept) log.lastElementChild!.remove();
    empty.hidden = true;

    const start = performance.now();
    try {
      const reply = typeof message === "string"
        ? await session.echo(message) as string
        : await session.echoBytes(message);
      const time = performance.now() - start;
      times.push(time);
      back.replaceWith(makeRow("back", "←", "Back", formatMessage(reply), formatTime(time)));
      const median = times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]!;
      summary.textContent = `${formatCount(times.length, "message")}, median ${formatTime(median)}`;
    } catch {
      back.replaceWith(makeRow("back lost", "←", "Back", "", "lost"));
    }
  });
}

function makeRow(
  className: string,
  arrow: string,
  label: string,
  message: string,
  note: string,
): HTMLElement {
  const sign = make("span", "arrow", arrow);
  sign.ariaHidden = "true";
  return make(
    "p",
    className,
    sign,
    makeSpoken(`${label}: `),
    make("code", "", message),
    make("span", "note", note),
  );
}
