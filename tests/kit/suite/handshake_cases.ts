/**
 * Sentences on opening handshakes: who is let in, and what the others are told.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HandshakeError } from "../../../mod.ts";
import { sleep, type SuiteCase, type SuitePeer } from "./suite_case.ts";

/** A peer that is refused with a status. */
function isRefused(
  sentence: string,
  status: number,
  changes: Readonly<Record<string, string | undefined>>,
  options: SuiteCase["options"] = {},
  /** What the head must have. */
  field: RegExp = /^/,
): SuiteCase {
  return {
    sentence,
    isHandshake: true,
    options,
    outcome: `refused ${status}`,
    async peer(peer: SuitePeer) {
      const { head, vanish } = await peer.open(changes);
      assertEquals(head.split(" ")[1], `${status}`);
      assertMatch(head, field);
      vanish();
    },
  };
}

export const handshakeCases: readonly SuiteCase[] = [
  isRefused("a request that is no upgrade is refused with 426", 426, {
    Upgrade: undefined,
    Connection: undefined,
  }),
  isRefused("another version is refused with 426", 426, { "Sec-WebSocket-Version": "8" }),
  isRefused("a page of another origin is refused with 403", 403, { Origin: "https://evil.example" }),
  isRefused("a malformed list of subprotocols is refused with 400", 400, {
    "Sec-WebSocket-Protocol": "chat,",
  }),
  isRefused("an application that fails is a 500", 500, {}, {
    authorize() {
      throw new Error("broken");
    },
  }),
  isRefused(
    "refused credentials are answered as authorize() has it",
    401,
    {},
    {
      authorize: () => new Response("who?", { status: 401, headers: { "www-authenticate": "Bearer" } }),
    },
    /\r\nwww-authenticate: Bearer\r\n/i,
  ),
  {
    sentence: "a refusal reaches the client with its body",
    isHandshake: true,
    options: { authorize: () => new Response("who are you?", { status: 401 }) },
    outcome: "refused 401",
    async peer(peer) {
      const { status, response } = await assertRejects(() => peer.connect(), HandshakeError);
      assertEquals([status, new TextDecoder().decode(response?.body)], [401, "who are you?"]);
    },
  },
  {
    sentence: "a page of an origin that is named is let in, and the request is known",
    isHandshake: true,
    options: { origins: ["https://app.example"] },
    async subject(connection) {
      const { request } = connection as { request?: { headers: Headers; target: string } };
      assertEquals(request?.headers.get("origin"), "https://app.example");
      assertMatch(request?.target ?? "", /\/case\//);
      await connection.closed;
    },
    async peer(peer) {
      await (await peer.connect({ headers: { origin: "https://app.example" } })).close();
    },
  },
  {
    sentence: "of the subprotocols offered, the one that the server prefers is agreed on",
    options: { protocols: ["superchat", "chat"] },
    isHandshake: true,
    async subject(connection) {
      assertEquals(connection.protocol, "superchat");
      await connection.closed;
    },
    async peer(peer) {
      const connection = await peer.connect({ protocols: ["chat", "superchat"] });
      assertEquals(connection.protocol, "superchat");
      await connection.close();
    },
  },
  {
    sentence: "whoever offers unknown subprotocols only is answered without one",
    options: { protocols: ["chat"] },
    isHandshake: true,
    async subject(connection) {
      assertEquals(connection.protocol, "");
      await connection.closed;
    },
    async peer(peer) {
      const { head, vanish } = await peer.open({ "Sec-WebSocket-Protocol": "other, another" });
      assertMatch(head, /^HTTP\/1\.1 101 /);
      assert(!/sec-websocket-protocol/i.test(head));
      vanish();
    },
  },
  {
    sentence: "the application's fields are in the 101",
    isHandshake: true,
    options: { headers: (request) => ({ "x-method": request.method }) },
    subject: (connection) => connection.closed,
    async peer(peer) {
      const connection = await peer.connect();
      assertEquals(connection.response?.headers.get("x-method"), "GET");
      await connection.close();
    },
  },
  {
    sentence: "an application that never answers is given up after handshakeTimeout",
    isHandshake: true,
    options: { handshakeTimeout: 50, authorize: () => new Promise(() => {}) },
    async peer(peer) {
      const { head, vanish } = await peer.open();
      // Where the bytes are ours, the connection just ends.
      assertMatch(head, /^$|^HTTP\/1\.1 503 /);
      vanish();
    },
  },
  {
    sentence: "a peer that vanishes during the handshake leaves nothing behind",
    isHandshake: true,
    options: { handshakeTimeout: 400, authorize: () => sleep(200) },
    async peer(peer) {
      await peer.openAndVanish();
      await sleep(500);
    },
  },
  ...[
    ["maxMessageSize", { maxMessageSize: -1 }, "RangeError"],
    ["origins", { origins: ["example"] }, "TypeError"],
    ["protocols", { protocols: ["a b"] }, "TypeError"],
    ["closeTimeout", { closeTimeout: NaN }, "RangeError"],
    ["signal", { signal: {} as AbortSignal }, "TypeError"],
  ].map(([name, options, error]) => ({
    sentence: `${name} that means nothing is a ${error}`,
    isHandshake: name === "origins",
    options: options as SuiteCase["options"] & object,
    outcome: `threw ${error}`,
    async peer(peer: SuitePeer) {
      (await peer.open()).vanish();
    },
  })),
];
