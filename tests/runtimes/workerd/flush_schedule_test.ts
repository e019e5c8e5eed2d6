import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { createRestingCrowd, publish } from "../../kit/resting_crowd.ts";

test("nothing rests, as what a request began is of no use in another one", async () => {
  const members = await createRestingCrowd();
  await publish("one", members);
  for (const member of members) {
    assertEquals(member.sent(), ["text one"]);
    member.connection.abort();
  }
});
