/**
 * Reads the JUnit reports that `deno test` and `bun test` write. Only what those two write:
 * `testcase` elements, at any depth, with at most a `failure`, `error` or `skipped` inside.
 *
 * @module
 */
import type { TestResult } from "./outcome.ts";
import { root } from "./programs.ts";
import { stripColours } from "./run_program.ts";

const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function unescape(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return entities[name] ?? whole;
  });
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) attributes[name!] = unescape(value!);
  return attributes;
}

/** The test results in a JUnit report. */
export function readJunit(xml: string): TestResult[] {
  const results: TestResult[] = [];
  // An attribute's value may hold a bare ">", so attributes are matched quote by quote.
  const cases = /<testcase((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g;
  for (const [, attributeText, body = ""] of xml.matchAll(cases)) {
    const attributes = readAttributes(attributeText!);
    const failure = /<(?:failure|error)((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/
      .exec(body);
    const skipped = /<skipped((?:\s+[\w:-]+="[^"]*")*)/.exec(body);
    const detail = failure
      ? unescape(failure[2] ?? "").trim() || (readAttributes(failure[1]!).message ?? "")
      : skipped
      ? (readAttributes(skipped[1]!).message ?? "")
      : "";
    results.push({
      // Deno says it as a class name.
      file: (attributes.file ?? attributes.classname ?? "").replace(root, "").replace(/^\.\//, ""),
      name: attributes.name ?? "",
      status: failure ? "failed" : skipped ? "skipped" : "passed",
      detail: stripColours(detail),
    });
  }
  return results;
}
