/**
 * Tabs as the ARIA Authoring Practices have them: arrow keys go round, Home and End go to the ends. The
 * address tells which is open.
 *
 * @module
 */
import { find, makeUnread } from "./elements.ts";

const tabs = [...document.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
const unread = new Map<string, number>();

/** Which tab is open: the id of its panel. */
export function openTab(): string {
  return tabs.find((tab) => tab.ariaSelected === "true")!.getAttribute("aria-controls")!;
}

/** Says beside a tab's name how much came that was not seen. */
export function showUnread(panel: string, count: number): void {
  if (unread.get(panel) === count) return;
  unread.set(panel, count);
  const tab = find(`tab-${panel}`);
  tab.replaceChildren(tab.firstChild!, ...makeUnread(count));
}

/** Opens a tab by the id of its panel. */
export function selectTab(panel: string): void {
  const selected = tabs.find((tab) => tab.id === `tab-${panel}`) ?? tabs[0]!;
  for (const tab of tabs) {
    const isSelected = tab === selected;
    tab.ariaSelected = `${isSelected}`;
    tab.tabIndex = isSelected ? 0 : -1;
    find(tab.getAttribute("aria-controls")!).hidden = !isSelected;
  }
  history.replaceState(null, "", `#${selected.getAttribute("aria-controls")}`);
  dispatchEvent(new CustomEvent("tabchange"));
}

/** Makes the tabs work, and opens the one that the address names. */
export function startTabs(): void {
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => selectTab(tab.getAttribute("aria-controls")!));
    tab.addEventListener("keydown", (event) => {
      const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
      const next =
        { ArrowRight: index + 1, ArrowLeft: index - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[key];
      // With another key, they are the browser's.
      if (next === undefined || altKey || ctrlKey || metaKey || shiftKey) return;
      event.preventDefault();
      const other = tabs[next % tabs.length]!;
      other.focus();
      other.click();
    });
  }
  selectTab(location.hash.slice(1));
}
