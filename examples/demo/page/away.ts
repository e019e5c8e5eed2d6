/**
 * While the connection is lost: the controls that need it say so, and so does the page to whoever uses one
 * all the same.
 *
 * @module
 */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { find } from "./elements.ts";

const notice = find("notice");
let isAway = false;

/** Tells all controls whether the connection is lost. */
export function setAway(value: boolean): void {
  isAway = value;
  notice.textContent = "";
  tellControls(document);
}

/** Tells those in an element, as it comes onto the page. */
export function tellControls(place: ParentNode): void {
  for (const control of place.querySelectorAll<HTMLElement>("[data-online]")) {
    control.ariaDisabled = isAway ? "true" : null;
  }
}

// Enter in a field clicks the button of its form. What was typed stays.
document.addEventListener("click", (event) => {
  if (!isAway || (event.target as Element).closest("[data-online]") === null) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  notice.textContent = "Not yet: the connection is lost. Try again when it is back.";
}, { capture: true });
