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

/** Text that is heard and not seen. */
export function makeSpoken(text: string): HTMLSpanElement {
  return make("span", "spoken", text);
}

/** How much was not seen, to be put behind a name; nothing where that is nothing. */
export function makeUnread(count: number): (string | Node)[] {
  return count === 0 ? [] : [" ", make("span", "unread", `${count}`, makeSpoken(" unread"))];
}

/** Has a form call back in place of what forms do. */
export function onSubmit(form: HTMLFormElement, submit: () => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
}
