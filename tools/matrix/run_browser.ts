/**
 * The tests in Chromium: one bundle in a page from loopback, a secure context, so that Web Crypto is there.
 *
 * @module
 */
import { bundleTests } from "./bundle_tests.ts";
import { launchChromium } from "./chromium.ts";
import { EventLog } from "./event_log.ts";
import type { Outcome } from "./outcome.ts";

const page =
  `<!doctype html><meta charset="utf-8"><title>Tests</title><script type="module" src="/tests.js"></script>`;

/** Runs the files in a page. */
export async function runBrowser(
  files: readonly string[],
  options: { deadline: number; env: Record<string, string> },
): Promise<Outcome> {
  const bundlePath = await bundleTests("browser", files, (list) => `
    globalThis.testEnvironment = ${JSON.stringify(options.env)};
    import { runTests } from "./tests/kit/collector.ts";
    await runTests(${list}, (event) => globalThis.reportTestEvent(event));
  `);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(page, { headers: { "content-type": "text/html" } });
    if (pathname !== "/tests.js") return new Response(null, { status: 204 });
    return new Response(await Deno.readFile(bundlePath), { headers: { "content-type": "text/javascript" } });
  });
  const browser = await launchChromium();
  try {
    const log = new EventLog();
    const tab = await browser.newPage();
    await tab.exposeFunction("reportTestEvent", (event: Parameters<EventLog["add"]>[0]) => log.add(event));
    tab.on("pageerror", (error) => log.end(error));
    tab.on("crash", () => log.end(new Error("The page crashed")));
    const outcome = log.outcome(options.deadline);
    await tab.goto(`http://127.0.0.1:${server.addr.port}/`, { waitUntil: "commit" });
    return await outcome;
  } finally {
    await browser.close();
    await server.shutdown();
  }
}
