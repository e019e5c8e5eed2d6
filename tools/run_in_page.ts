/**
 * Runs TypeScript in a page of Chromium, and prints what it logs: `run_in_page.ts URL` visits the URL and runs there, as a module,
 * what comes by standard input. The test of README's snippets for pages starts it.
 *
 * @module
 */
import { bundle, stopBundling } from "./bundle.ts";
import { launchChromium } from "./matrix/chromium.ts";
import { root } from "./matrix/programs.ts";

const [address = "http://localhost/"] = Deno.args;
const end = "The module has ended";
const source = await new Response(Deno.stdin.readable).text();
const { outputFiles } = await bundle({
  stdin: { contents: `${source}\nconsole.log("${end}");`, resolveDir: root, loader: "ts" },
  target: "es2022",
  write: false,
});
await stopBundling();

const browser = await launchChromium();
// Pages of tests over TLS come with certificates of their own making.
const page = await browser.newPage({ ignoreHTTPSErrors: true });
const ended = Promise.withResolvers<void>();
page.on("pageerror", (error) => ended.reject(error));
page.on("console", (message) => message.text() === end ? ended.resolve() : console.log(message.text()));
await page.goto(address);
await page.addScriptTag({ type: "module", content: outputFiles[0]!.text });
await ended.promise.finally(() => browser.close());
