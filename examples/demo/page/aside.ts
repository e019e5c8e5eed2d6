/**
 * Beside the tabs: who is here, and what the connection is like.
 *
 * @module
 */
/// <reference lib="dom" />
import { find, make, makeButton, makeSpoken } from "./elements.ts";
import { formatBytes, formatCount, formatTime } from "./format.ts";
import { KeyedList } from "./keyed_list.ts";
import type { Session } from "./session.ts";

/** Shows both whenever something changes. */
export function startAside(session: Session, server: string, write: (to: string) => void): void {
  const people = new KeyedList(find("people"), (name) => {
    const isOwn = name === session.name;
    const text = make("bdi", "", name);
    return make(
      "li",
      "",
      isOwn
        ? make("span", "", text, make("span", "note", " you"))
        : makeButton("link", () => write(name), makeSpoken("Write to "), text),
    );
  });
  const details = new KeyedList(find("details"), (name) => make("div", "", make("dt", "", name), make("dd")));
  const showDetails = () => {
    const { latency, sent, received } = session;
    const values: Record<string, string> = {
      Server: server,
      Subprotocol: session.protocol || "none",
      Compression: session.extensions.replace(/;\s*/g, "; ") || "none",
      Latency: latency === undefined ? "–" : formatTime(latency),
      Sent: `${formatCount(sent.messages, "message")}, ${formatBytes(sent.bytes)}`,
      Received: `${formatCount(received.messages, "message")}, ${formatBytes(received.bytes)}`,
    };
    details.show(Object.keys(values), ({ lastChild }, name) => {
      // What is the same stays selected, say.
      if (lastChild!.textContent !== values[name]) lastChild!.textContent = values[name]!;
    });
  };
  session.on("change", () => {
    find("people-count").textContent = `${session.total}`;
    people.show([...session.members].sort());
    showDetails();
  });
  setInterval(showDetails, 1000);
}
