/**
 * A reporter for `node --test` that writes one JSON line an event, as `tests/kit/collector.ts` does elsewhere, so that
 * what was reported before a deadline is not lost.
 *
 * @module
 */
import { relative } from "node:path";

/** Stack of what was thrown; Node wraps it. */
function describe({ cause = undefined, message }) {
  return cause?.stack ?? (cause === undefined ? message : `Thrown: ${cause}`);
}

/** Events of Node's test runner as lines. */
export default async function* reportLines(source) {
  for await (const event of readEvents(source)) yield `${JSON.stringify(event)}\n`;
}

async function* readEvents(source) {
  for await (const { type, data } of source) {
    const { name, skip } = data;
    const file = data.file === undefined ? "" : relative("", data.file);
    if (type === "test:dequeue") {
      yield { type: "start", file, name };
    } else if (type === "test:pass") {
      const detail = typeof skip === "string" ? skip : "";
      yield { type: "result", file, name, status: skip === undefined ? "passed" : "skipped", detail };
    } else if (type === "test:fail") {
      yield { type: "result", file, name, status: "failed", detail: describe(data.details.error) };
    } else if (
      type === "test:diagnostic" && data.message.includes("asynchronous activity after the test ended")
    ) {
      yield { type: "result", file, name: "after the end of a test", status: "failed", detail: data.message };
    }
  }
}
