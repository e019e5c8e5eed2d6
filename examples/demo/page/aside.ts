/**
 * Beside the tabs: who is here, and what the connection is like.
 *
 * @module
 */
/// <reference lib="dom" />
import { find, make, makeButton, makeSpoken, replaceChildren } from "./elements.ts";
import { formatBytes, formatCount, formatTime } from "./format.ts";
import type { Session } from "./session.ts";

/** Shows both whenever something changes. */
export function startAside(session: Session, server: string, write: (to: string) => void): void {
  let shown = "";
  const makePerson = (name: string) => {
    if (name === session.name) return make("span", "", name, make("span", "note", " you"));
    const button = makeButton("link", () => write(name), makeSpoken("Write to "), name);
    button.dataset["key"] = name;
    return button;
  };
  const showPeople = () => {
    const names = [...session.members].sort();
    if (shown === names.join("\n")) return;
    shown = names.join("\n");
    find("people-count").textContent = `${session.total}`;
    replaceChildren(find("people"), ...names.map((name) => make("li", "", makePerson(name))));
  };
  const showDetails = () => {
    const { latency, sent, received } = session;
    const details: [string, string][] = [
      ["Server", server],
      ["Subprotocol", session.protocol || "none"],
      ["Compression", session.extensions.replace(/;\s*/g, "; ") || "none"],
      ["Latency", latency === undefined ? "–" : formatTime(latency)],
      ["Sent", `${formatCount(sent.messages, "message")}, ${formatBytes(sent.bytes)}`],
      ["Received", `${formatCount(received.messages, "message")}, ${formatBytes(received.bytes)}`],
    ];
    find("details").replaceChildren(
      ...details.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]),
    );
  };
  const show = () => {
    showPeople();
    showDetails();
  };
  session.on("change", show);
  setInterval(showDetails, 1000);
}
