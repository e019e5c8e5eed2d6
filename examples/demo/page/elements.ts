/**
 * Elements of the page, found and made. What is shown is text, never markup.
 *
 * @module
 */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** The element of the page's markup that has the id. */
export function find<Type extends HTMLElement = HTMLElement>(id: string): Type {
  // The markup is this page's own.
  return document.getElementById(id) as Type;
}

/** Makes an element with a class, and texts and elements in it. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
  ...children: (string | Node)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** Makes a button. */
export function makeButton(className: string, onClick: () => void, ...children: (string | Node)[]) {
  const button = make("button", className, ...children);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}

/** Shows other children in an element. The focus stays where it was: on what has the same `data-key`. */
export function replaceChildren(place: HTMLElement, ...children: HTMLElement[]): void {
  const { activeElement } = document;
  const key = place.contains(activeElement) ? (activeElement as HTMLElement).dataset["key"] : undefined;
  place.replaceChildren(...children);
  if (key !== undefined) place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Text that is heard and not seen. */
export function makeSpoken(text: string): HTMLSpanElement {
  return make("span", "spoken", text);
}

/** Has a form call back in place of what forms do. */
export function onSubmit(form: HTMLFormElement, submit: () => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
}
