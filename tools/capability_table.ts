/**
 * README's table of what works where, from the results of the shared suite of `tests/kit/suite`. Knows the names of its tests, which
 * say of whom they tell, and with or without which trait.
 *
 * @module
 */
import type { TestResult } from "./matrix/outcome.ts";
import { root } from "./matrix/programs.ts";

/** The traits, in the order and words of the table. */
const columns: Readonly<Record<string, string>> = {
  backpressure: "unread messages stop the peer",
  sendBackpressure: "`send()` waits for the peer",
  ping: "`ping()`",
  keepalive: "`pingInterval`",
  receiving: "`receive()`, loops, `readable`",
  streaming: "`messages()`, `sendStream()`",
  sendOptions: "options of `send()`",
  closeCodes: "every close code",
  closingHandshake: "`close()` waits for the peer",
  abort: "`abort()` ends the transport",
  utf8: "text must be UTF-8",
  faults: "`closed` says which rule was broken",
};

const [begin, end] = ["<!-- capabilities -->\n", "<!-- /capabilities -->"];

/** The table, a row for each who has such tests; empty where nothing was tested. */
export function formatCapabilities(results: readonly TestResult[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const { name, status } of results) {
    const [, who, preposition, trait] = /^(.+), (with|without) (\w+): /.exec(name) ?? [];
    if (who === undefined || trait === undefined || columns[trait] === undefined || status === "skipped") {
      continue;
    }
    const row = rows.get(who) ?? new Map<string, string>();
    rows.set(who, row);
    const said = status === "failed" ? "failed" : preposition === "with" ? "yes" : "no";
    if ((row.get(trait) ?? said) !== said) row.set(trait, "failed");
    else row.set(trait, said);
  }
  const lines = [...rows].sort(([one], [other]) => one < other ? -1 : 1).map((
    [who, row],
  ) => [who, ...Object.keys(columns).map((trait) => row.get(trait) ?? "")]);
  return [["", ...Object.values(columns)], Array(Object.keys(columns).length + 1).fill("---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** README in two parts and the table between them. */
export async function readCapabilities(): Promise<{ before: string; table: string; after: string }> {
  const text = await Deno.readTextFile(`${root}README.md`);
  const [start, stop] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (start < begin.length || stop < start) throw new Error("README.md has no place for the capabilities");
  return { before: text.slice(0, start), table: text.slice(start, stop), after: text.slice(stop) };
}

/** A table without what only aligns it. */
export function normalizeTable(table: string): string {
  return table.replace(/ +/g, " ").replace(/-+/g, "-").trim();
}
