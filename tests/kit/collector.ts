/**
 * `node:test` where there is none: workerd and the browser get the same test files in a bundle that has this file
 * in its place. Bare `test()` calls only. Knows nothing of how the results travel to the test runner.
 *
 * @module
 */

/** What a test may say of itself. */
export interface TestOptions {
  /** `true` or the reason leaves the test out. */
  readonly skip?: boolean | string;
}

/** One step of a run, as it is reported. */
export type TestEvent =
  | { readonly type: "start"; readonly file: string; readonly name: string }
  | {
    readonly type: "result";
    readonly file: string;
    readonly name: string;
    readonly status: "passed" | "failed" | "skipped";
    readonly detail: string;
  }
  | { readonly type: "end" };

/** The test files of a run: a path, and what loads the file there. */
export type TestFiles = Readonly<Record<string, () => Promise<unknown>>>;

/** An `unhandledrejection` event, as far as it matters here. */
interface Rejection {
  readonly reason?: unknown;
  preventDefault(): void;
}

/** What tells of unhandled rejections: the global object, or a stand-in. */
interface RejectionSource {
  addEventListener(type: "unhandledrejection", listener: (event: Rejection) => void): void;
  removeEventListener(type: "unhandledrejection", listener: (event: Rejection) => void): void;
}

interface CollectedTest {
  readonly name: string;
  readonly skip: boolean | string;
  readonly run: () => unknown;
}

let collected: CollectedTest[] = [];

/** Takes a test into the file being loaded. */
export function test(name: string, run: () => unknown): void;
export function test(name: string, options: TestOptions, run: () => unknown): void;
export function test(
  name: string,
  optionsOrRun: TestOptions | (() => unknown),
  run: () => unknown = () => {},
): void {
  if (typeof optionsOrRun === "function") collected.push({ name, skip: false, run: optionsOrRun });
  else collected.push({ name, skip: optionsOrRun.skip ?? false, run });
}

export default test;

/** Name, message and stack of what was thrown, its causes included. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Thrown: ${String(error)}`;
  const text = error.stack?.includes(error.message)
    ? error.stack
    : `${error.name}: ${error.message}\n${error.stack}`;
  return error.cause === undefined ? text : `${text}\nCaused by ${describe(error.cause)}`;
}

/** A turn of the event loop, in which unhandled rejections of the turn before are told. */
function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Loads and runs the files one after the other, and their tests in order. A rejection that nobody handles, told by
 * `source`, fails the test it happens in, or the file when no test is running.
 */
export async function runTests(
  files: TestFiles,
  report: (event: TestEvent) => void,
  source: RejectionSource = globalThis,
): Promise<void> {
  let rejections: unknown[] = [];
  const onRejection = (event: Rejection) => {
    event.preventDefault();
    rejections.push(event.reason);
  };
  source.addEventListener("unhandledrejection", onRejection);
  const fail = (file: string, name: string, error: unknown) =>
    report({ type: "result", file, name, status: "failed", detail: describe(error) });
  for (const [file, load] of Object.entries(files)) {
    collected = [];
    report({ type: "start", file, name: "the first" });
    await pass(0);
    try {
      await load();
    } catch (error) {
      fail(file, file, error);
      continue;
    }
    if (collected.length === 0) fail(file, file, new Error("The file has no test"));
    for (const { name, skip, run } of collected) {
      if (skip !== false) {
        report({ type: "result", file, name, status: "skipped", detail: skip === true ? "" : skip });
        continue;
      }
      report({ type: "start", file, name });
      try {
        await run();
        if (rejections.length > 0) throw rejections[0];
        report({ type: "result", file, name, status: "passed", detail: "" });
      } catch (error) {
        fail(file, name, error);
      }
      rejections = [];
    }
    await pass(0);
    for (const error of rejections) fail(file, `${file}: unhandled rejection`, error);
    rejections = [];
  }
  await pass(50);
  for (const error of rejections) fail("", "unhandled rejection after the last test", error);
  source.removeEventListener("unhandledrejection", onRejection);
  report({ type: "end" });
}
