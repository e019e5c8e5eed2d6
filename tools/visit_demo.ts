/**
 * Visits the demo's page in Chromium as a person would, and prints what is to be seen there as one line of JSON. The
 * demo's test starts it: `visit_demo.ts URL`.
 *
 * @module
 */
import { launchChromium } from "./matrix/chromium.ts";

const [address = "http://localhost:10088/"] = Deno.args;
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
const problems: string[] = [];
page.on("pageerror", (error) => problems.push(`${error}`));
page.on("console", (message) => problems.push(message.text()));
page.on("request", (request) => {
  const { protocol, host } = new URL(request.url());
  if (protocol !== "data:" && host !== new URL(address).host) problems.push(`asked for ${request.url()}`);
});

const status = page.getByRole("status");
const states: string[] = [];
await page.goto(address);
await page.locator('[data-state="open"]').waitFor();
states.push(await status.innerText());

// By keyboard alone: the field has the focus, Enter sends.
for (const text of ["Hello", "Größe 👋🏽", "w".repeat(300)]) {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}
await page.keyboard.press("Tab");
await page.keyboard.press("Tab");
await page.keyboard.press("ArrowRight");
await page.keyboard.press("Shift+Tab");
await page.keyboard.press("Shift+Tab");
await page.keyboard.type("Bytes");
await page.keyboard.press("Enter");
await page.getByText("4 replies").waitFor();
const log = (await page.getByRole("log").locator("li").allInnerTexts()).map((text) =>
  text.replace(/\s+/g, " ")
);
const overflows = await page.evaluate("document.documentElement.scrollWidth > innerWidth") as boolean;

await page.getByRole("button", { name: "Disconnect" }).click();
await page.locator('[data-state="closed"]').waitFor();
states.push(await status.innerText());
await browser.close();
console.log(JSON.stringify({ problems, states, log, overflows }));
