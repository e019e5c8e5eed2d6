/**
 * Visits the demo's page in two windows of Chromium as two people would, by keyboard where it can be done
 * so, and prints what is to be seen there as one line of JSON. In between it prints `stop`, and later
 * `start`, and waits for a line each time: then the server has done so. Pictures of each tab, wide and
 * narrow, light and dark, go into a folder. The demo's test starts it: `visit_demo.ts URL FOLDER`.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { launchChromium } from "./matrix/chromium.ts";

const [address = "http://localhost:10088/", folder = ".artifacts/demo"] = Deno.args;
const problems: string[] = [];
const seen: Record<string, unknown> = { problems };
const wide = { width: 1280, height: 860 };
const narrow = { width: 320, height: 640 };

await Deno.mkdir(folder, { recursive: true });
const browser = await launchChromium();

/** Opens a window of somebody's own. */
async function open(viewport: { width: number; height: number }, locale?: string): Promise<Page> {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...(locale && { locale }) });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${error}`));
  page.on("console", (message) => problems.push(message.text()));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== "data:" && host !== new URL(address).host) problems.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  return page;
}

/** Writes where the focus is, and presses Enter. */
async function enter(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Has the server stopped or started. */
async function ask(what: "stop" | "start"): Promise<void> {
  console.log(what);
  await Deno.stdin.read(new Uint8Array(10));
}

/** Waits for a text in an element, and returns all that is there. */
async function read(page: Page, selector: string, text: string | RegExp): Promise<string> {
  const element = page.locator(selector).filter({ hasText: text }).first();
  await element.waitFor();
  return (await element.innerText()).replace(/\s+/g, " ").trim();
}

/** Goes to a tab from the one that is open, by arrow keys. */
async function go(page: Page, panel: string): Promise<void> {
  await page.locator('[role="tab"][aria-selected="true"]').focus();
  for (let steps = 0; steps < 4; steps++) {
    if (await page.locator(`#tab-${panel}[aria-selected="true"]`).count() > 0) return;
    await press(page, "ArrowRight");
  }
  throw new Error(`Cannot go to ${panel}: no such tab`);
}

/** Takes pictures, and looks whether the page is wider than a narrow phone. */
async function picture(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()!;
  for (const [device, viewport] of [["wide", wide], ["narrow", narrow]] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      // The chart takes its new size and colours in the next frames.
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      await page.screenshot({ path: `${folder}/${name}-${device}-${colorScheme}.png`, fullPage: true });
    }
    if (await page.evaluate("document.documentElement.scrollWidth > innerWidth")) {
      problems.push(`${name} is wider than the window`);
    }
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: "light" });
}

// Ada's system has no locale, and so her browser no language that could be read.
const ada = await open(wide);
const grace = await open(narrow, "en-US");
// Coming in: the field has the focus.
await picture(ada, "entrance");
await enter(ada, "Ada");
await ada.getByRole("tablist").waitFor();
await enter(grace, "Ada");
seen["taken"] = await read(grace, "#refusal", /./);
await picture(grace, "refused");
await press(grace, "Control+A");
await enter(grace, "Gra\u202ece");
seen["malformed"] = await read(grace, "#refusal", "invisible");
await press(grace, "Control+A");
await enter(grace, "Grace");
await grace.getByRole("tablist").waitFor();
seen["people"] = await read(ada, "#people", "Grace");
seen["connection"] = await read(ada, "#details", /Latency\s*\d/);

// Echo
await press(ada, "Tab");
for (const text of ["Größe 👋🏽", "w".repeat(300)]) await enter(ada, text);
await press(ada, "Tab", "Tab", "ArrowRight", "Shift+Tab", "Shift+Tab");
await enter(ada, "Bytes");
await read(ada, "#echo-summary", "3 messages");
seen["echo"] = (await ada.locator("#echo-log li").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
await picture(ada, "echo");

// Direct: the only one to write to comes behind the tab.
await go(ada, "direct");
await press(ada, "Tab", "Enter");
await enter(ada, "Are you there?");
seen["unread"] = await read(grace, "#tab-direct", "1");
await go(grace, "direct");
await grace.locator("#direct-choices button").focus();
await press(grace, "Enter");
await enter(grace, "I am. What goes over comes back.");
seen["direct"] = await read(ada, "#direct-threads .log", "comes back");
await picture(ada, "direct");

// Group
for (const page of [ada, grace]) {
  await go(page, "group");
  await press(page, "Tab");
  await enter(page, "looms");
  await page.getByLabel("Message to looms").waitFor();
}
seen["group members"] = await read(ada, "#group-threads .note", "Grace");
await enter(grace, "Does anybody still use a shuttle?");
await read(ada, "#group-threads .log", "shuttle");
await enter(ada, "Every day.");
seen["group"] = await read(grace, "#group-threads .log", "Every day");
await picture(ada, "group");
await grace.getByRole("button", { name: "Leave looms" }).click();
seen["left"] = await read(ada, "#group-threads .note", "Only you");
await enter(grace, "looms");
await read(ada, "#group-threads .note", "Grace");

// Stream
/** Whether each chart has a line in it. */
const drawn = `[...document.querySelectorAll("#feeds canvas")].map((canvas) => {
  const colour = getComputedStyle(canvas).getPropertyValue("--thread").match(/\\w\\w/g).map((hex) => parseInt(hex, 16));
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 200 && colour.every((value, index) => Math.abs(data[at + index] - value) < 24)) count++;
  }
  return count > 50;
})`;
await go(ada, "stream");
await press(ada, "Tab", "Enter");
const feedCount = await ada.locator(".feed").count();
for (;;) {
  const charts = await ada.evaluate(drawn) as boolean[];
  if (charts.length === feedCount && charts.every((isDrawn) => isDrawn)) break;
  await ada.waitForTimeout(200);
}
seen["feeds"] = await ada.locator(".feed label").allInnerTexts();
seen["ticker"] = await read(ada, "#ticker li", "server/members");
for (let count = 0; count < 16; count++) {
  for (let more = 0; more <= count % 5; more++) await enter(grace, "to and fro");
  await ada.waitForTimeout(300);
}
await picture(ada, "stream");
await press(ada, "Tab", "Space");
seen["unsubscribed"] = await ada.locator(".feed").filter({ has: ada.locator(".chart:not([hidden])") })
  .count();

// A restart. What the browser says of the connections that fail meanwhile is to be expected.
const before = problems.length;
await ask("stop");
seen["away"] = await read(ada, "#status", "lost");
await picture(ada, "away");
await read(grace, "#status", "lost");
await enter(grace, "after the restart");
seen["told meanwhile"] = await read(grace, "#notice", /./);
seen["disabled"] = await grace.locator('[aria-disabled="true"]:not([data-online])').count() === 0 &&
  await grace.locator('[data-online]:not([aria-disabled="true"])').count() === 0;
await picture(grace, "told");
await ask("start");
for (const page of [ada, grace]) await page.locator('#status[data-state="in"]').waitFor();
problems.splice(before);
await read(ada, "#people", "Grace");
await ada.evaluate("document.getElementById('ticker').replaceChildren()");
seen["feed after the restart"] = await read(ada, "#ticker li", "server/messages");
await go(ada, "group");
await read(ada, "#group-threads .note", "Grace");
await press(grace, "Enter");
seen["group after the restart"] = await read(ada, "#group-threads .log li:last-child", "after the restart");
await grace.getByRole("button", { name: "Leave", exact: true }).click();
await grace.getByRole("button", { name: "Come in" }).waitFor();
await ada.locator("#people li").filter({ hasText: "Grace" }).waitFor({ state: "detached" });
// Who leaves while the connection is lost, and comes in anew, stays.
await press(grace, "Enter");
await grace.getByRole("tablist").waitFor();
const beforeLeaving = problems.length;
await ask("stop");
await read(grace, "#status", "lost");
await grace.getByRole("button", { name: "Leave", exact: true }).click();
await grace.getByRole("button", { name: "Come in" }).waitFor();
await ask("start");
await press(grace, "Enter");
await grace.getByRole("tablist").waitFor();
await ada.locator('#status[data-state="in"]').waitFor();
problems.splice(beforeLeaving);
// As long as the way back of the stay before would have taken.
await grace.waitForTimeout(1000);
seen["stays"] = await read(grace, "#people", "Ada");
await browser.close();
console.log(JSON.stringify(seen));
