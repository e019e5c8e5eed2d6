import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { SortedNames } from "../../src/hub/sorted_names.ts";
import { createRandom } from "../kit/random.ts";

test("names that come and go are those of a sorted Set, after every step", () => {
  const random = createRandom(7);
  const names = new SortedNames();
  const model = new Set<string>();
  for (let step = 0; step < 2000; step++) {
    const name = `${["", "a", "\u{1f600}", "\uffff"][Math.floor(random() * 4)]}${Math.floor(random() * 30)}`;
    if (model.delete(name)) names.delete(name);
    else {
      model.add(name);
      names.add(name);
    }
    assertEquals(names.all, [...model].sort());
  }
});

test("a name that two have is there until both have gone", () => {
  const names = new SortedNames();
  for (const name of ["b", "a", "b"]) names.add(name);
  assertEquals(names.all, ["a", "b"]);
  names.delete("b");
  assertEquals(names.all, ["a", "b"]);
  names.delete("b");
  names.delete("unknown");
  assertEquals(names.all, ["a"]);
});
