import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { HubClientEvent } from "../../src/hub/application_protocol.ts";
import { Attendance } from "../../src/hub/attendance.ts";

const tell = (type: "joined" | "left") => (name: string, topic?: string): HubClientEvent =>
  topic === undefined ? { type, name } : { type, name, topic };
const [joined, left] = [tell("joined"), tell("left")];

test("a list of all hears of those who come and go, once each, and of no topic", () => {
  const all = new Attendance({ members: ["ann", "bob"], total: 2 });
  assertEquals(all.hear(joined("eve")), true);
  assertEquals(all.hear(joined("ann")), false);
  assertEquals(all.hear(left("nobody")), false);
  assertEquals(all.hear(joined("dan", "news")), false);
  assertEquals(all.hear(left("ann", "news")), false);
  assertEquals(all.hear({ type: "direct", from: "dan", data: 1 }), false);
  assertEquals(all.hear(left("bob")), true);
  assertEquals([[...all.members], all.total, all.list], [["ann", "eve"], 2, {
    members: ["ann", "eve"],
    total: 2,
  }]);
});

test("a topic's list hears of its own, and of those who leave altogether", () => {
  const news = new Attendance({ members: ["ann", "bob", "eve"], total: 3 }, "news");
  for (const event of [joined("dan"), joined("dan", "other"), left("ann", "other")]) {
    assertEquals(news.hear(event), false);
  }
  assertEquals([left("ann"), left("bob", "news"), joined("dan", "news")].map((event) => news.hear(event)), [
    true,
    true,
    true,
  ]);
  assertEquals(news.list, { members: ["dan", "eve"], total: 2 });
});

test("of those beyond the limit of a list, the number is known", () => {
  const members = Array.from({ length: 1000 }, (_, index) => `m${index}`).sort();
  const all = new Attendance({ members, total: 1500 });
  assertEquals([all.hear(left("unknown")), all.hear(joined("a")), all.total], [true, true, 1500]);
  assertEquals([all.members.size, all.list.members.length, all.list.members[0]], [1001, 1000, "a"]);
  const topic = new Attendance({ members, total: 1500 }, "news");
  // Whether somebody beyond the limit was in the topic, nobody can say.
  assertEquals([topic.hear(left("unknown")), topic.hear(left("unknown", "news")), topic.total], [
    false,
    true,
    1499,
  ]);
});
