/**
 * Names in their order, kept so as they come and go: a list of all is asked for more often than anybody
 * comes.
 *
 * @module
 */

/** The names that are there, each once. */
export class SortedNames {
  readonly #names: string[] = [];
  /** Names that two have, until it is settled who. */
  readonly #twice = new Set<string>();

  /** All, sorted. */
  get all(): string[] {
    return this.#names.slice();
  }

  /** Somebody has come. */
  add(name: string): void {
    const place = this.#find(name);
    if (this.#names[place] === name) this.#twice.add(name);
    else this.#names.splice(place, 0, name);
  }

  /** Somebody has gone. */
  delete(name: string): void {
    if (this.#twice.delete(name)) return;
    const place = this.#find(name);
    if (this.#names[place] === name) this.#names.splice(place, 1);
  }

  /** Where a name is, or would be. */
  #find(name: string): number {
    let [first, end] = [0, this.#names.length];
    while (first < end) {
      const middle = (first + end) >>> 1;
      if (this.#names[middle]! < name) first = middle + 1;
      else end = middle;
    }
    return first;
  }
}
