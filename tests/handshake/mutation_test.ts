import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { formatExtensions, parseExtensions } from "../../src/handshake/extension_header.ts";
import { HandshakeError } from "../../src/handshake/handshake_error.ts";
import { defaultHeadLimits } from "../../src/handshake/limits.ts";
import { createResponseReader } from "../../src/handshake/response_reader.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { exampleAccept, feedEveryWay, feedRequest, headText, requestText } from "../kit/heads.ts";

/** Numbers that are the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (state >>> 0) % below;
  };
}

const pieces = [
  "\r",
  "\n",
  "\r\n",
  " ",
  "\t",
  ":",
  ",",
  ";",
  "=",
  '"',
  "\\",
  "\0",
  "\x7f",
  "\xe9",
  "/",
  "#",
  "a",
  "1",
  "HTTP/1.1",
];

/** `text` with up to three pieces of it taken out, doubled or replaced. */
function mutate(text: string, random: (below: number) => number): string {
  let mutated = text;
  for (let count = random(3); count >= 0; count--) {
    const at = random(mutated.length + 1);
    const end = at + random(4);
    const middle = [pieces[random(pieces.length)], "", mutated.slice(at, end).repeat(2)][random(3)];
    mutated = mutated.slice(0, at) + middle + mutated.slice(end);
  }
  return mutated;
}

test("createRequestReader() and answerUpgrade() end every mutation of a request in an answer or an error of the peer", async () => {
  const random = createRandom(1);
  const good = requestText({
    "Origin": "https://a",
    "Sec-WebSocket-Protocol": "a, b",
    "Sec-WebSocket-Extensions": "a; b=1",
  });
  let accepted = 0;
  for (let run = 0; run < 150; run++) {
    const { head } = feedRequest(mutate(good, random));
    if (head === undefined) continue;
    try {
      await answerUpgrade(head, { origins: "*" });
      accepted++;
    } catch (error) {
      assert(error instanceof HandshakeError && error.status >= 400 && error.status !== 500);
    }
  }
  assert(accepted > 0 && accepted < 150);
});

test("createResponseReader() ends every mutation of a response the same way in any chunking", () => {
  const random = createRandom(2);
  const good = headText("HTTP/1.1 101 Switching Protocols", {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Accept": exampleAccept,
  });
  for (let run = 0; run < 400; run++) {
    feedEveryWay(
      () => createResponseReader(defaultHeadLimits),
      mutate(`${good}\x81\x05Hello`, random),
      ({ status, statusText, headers }) => ({ status, statusText, headers: [...headers] }),
    );
  }
});

test("parseExtensions() reads what formatExtensions() makes of any mutation it takes", () => {
  const random = createRandom(3);
  let taken = 0;
  for (let run = 0; run < 5000; run++) {
    const elements = parseExtensions(mutate('a; b=1; c="d", e;f', random));
    if (elements === undefined) continue;
    taken++;
    assertEquals(parseExtensions(formatExtensions(elements)), elements);
  }
  assert(taken > 100);
});
