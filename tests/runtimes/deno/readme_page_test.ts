import { test } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { upgradeWebSocket } from "../../../src/runtime/deno.ts";
import { root } from "../../../tools/matrix/programs.ts";
import { runInPage } from "./run_in_page.ts";

test("README's snippet for pages fetches a token, sends, comes back after a restart, and ends with the server", async () => {
  const readme = await Deno.readTextFile(`${root}README.md`);
  const source = [...readme.matchAll(/^```ts ignore\n([^]*?)^```$/gm)].map(([, code]) => code!)
    .find((code) => code.includes("@weft/websocket/browser")) ?? "";
  assert(source !== "");

  const seen: string[] = [];
  let tokens = 0;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/token") return new Response(`${++tokens}`);
    if (pathname !== "/chat") {
      return new Response("<!doctype html><title>Page</title>", { headers: { "content-type": "text/html" } });
    }
    const { response, connection } = await upgradeWebSocket(request, { protocols: ["chat"] });
    if (connection !== undefined) void serve(connection, searchParams.get("token"));
    return response;
  });

  async function serve(
    connection: NonNullable<Awaited<ReturnType<typeof upgradeWebSocket>>["connection"]>,
    token: string | null,
  ): Promise<void> {
    await connection.send(`token ${token}`);
    if (token === "1") {
      seen.push(`${await connection.receive()}`);
      await connection.close({ closeCode: 1012, reason: "restart" });
    } else {
      await connection.close({ closeCode: 1000 });
    }
  }

  const lines = await runInPage(`http://127.0.0.1:${server.addr.port}/`, source);
  assertEquals([seen, tokens], [["Hello"], 2]);
  assertEquals([lines[0], lines[2]], ["token 1", "token 2"]);
  assertMatch(lines[1]!, /^closed with 1012, again in \d+ ms$/);
  assertEquals(lines[3], "closed with 1000");
});
