/**
 * The demo's page: one connection, four things to do with it. Puts the pieces together.
 *
 * @module
 */
/// <reference lib="dom" />
import type { Feed } from "../feeds.ts";
import { startAside } from "./aside.ts";
import { setAway } from "./away.ts";
import { DirectTab } from "./direct_tab.ts";
import { startEchoTab } from "./echo_tab.ts";
import { find, make } from "./elements.ts";
import { startEntrance } from "./entrance.ts";
import { GroupTab } from "./group_tab.ts";
import { Session } from "./session.ts";
import { startStreamTab } from "./stream_tab.ts";
import { startTabs } from "./tabs.ts";

const about: { readonly server: string; readonly feeds: readonly Feed[] } = await (await fetch("/about.json"))
  .json();
const session = new Session();

startTabs();
startEchoTab(session);
const direct = new DirectTab(session);
new GroupTab(session);
startStreamTab(session, about.feeds);
startAside(session, about.server, (to) => direct.write(to));
startEntrance(session);

let before = session.state;
session.on("change", () => {
  const { state, name } = session;
  if (state === before) return;
  const wasOut = before === "out";
  before = state;
  const isOut = state === "out";
  find("entrance").hidden = !isOut;
  for (const id of ["room", "status", "identity"]) find(id).hidden = isOut;
  find("name").textContent = name;
  const status = find("status");
  status.dataset["state"] = state;
  if (state === "in") status.textContent = "Connected";
  else status.replaceChildren("Connection lost", make("span", "", ", coming back"));
  setAway(state === "away");
  if (isOut) find("nickname").focus();
  else if (wasOut) document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')!.focus();
});
find("leave").addEventListener("click", () => session.leave());
