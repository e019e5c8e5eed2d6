/**
 * A list on the page, a child for each key. What stays keeps its element, and with it the focus, the
 * scrolling and a click under way.
 *
 * @module
 */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** A list. */
export class KeyedList<Child extends HTMLElement> {
  readonly #place: HTMLElement;
  readonly #make: (key: string) => Child;
  readonly #children = new Map<string, Child>();

  /** Shows its children in an element that has no others. */
  constructor(place: HTMLElement, make: (key: string) => Child) {
    this.#place = place;
    this.#make = make;
  }

  /** Shows these keys, in this order; `update` is called with the child of each. */
  show(keys: Iterable<string>, update?: (child: Child, key: string) => void): void {
    const wanted = new Set(keys);
    for (const [key, child] of this.#children) {
      if (wanted.has(key)) continue;
      child.remove();
      this.#children.delete(key);
    }
    let next = this.#place.firstElementChild;
    for (const key of wanted) {
      const child = this.#children.get(key) ?? this.#make(key);
      this.#children.set(key, child);
      if (child === next) next = next.nextElementSibling;
      else this.#place.insertBefore(child, next);
      update?.(child, key);
    }
  }
}
