/**
 * The 'upgrade' event of HTTP/1.1 servers byte by byte: what becomes of the socket, of bytes that came early, and of what is none of
 * ours. Tests that Node, Deno and Bun share.
 *
 * @module
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandshakeError, type WebSocketConnection } from "../../mod.ts";
import { acceptUpgrade, type AttachOptions, attachWebSocket } from "../../src/runtime/node.ts";
import { certificate, privateKey } from "./certificate.ts";
import { encodeFrame, exampleKey, utf8 } from "./frames.ts";
import { type FieldChanges, requestText } from "./heads.ts";
import { listen } from "./node_adapters.ts";
import { until } from "./until.ts";

/** A socket of a client, by its text. */
class TextPeer {
  text = "";
  isEnded = false;
  readonly socket: Duplex;

  constructor(socket: Duplex) {
    this.socket = socket;
    socket.on("data", (chunk: Uint8Array) => this.text += new TextDecoder("latin1").decode(chunk));
    for (const event of ["end", "close", "error"]) socket.on(event, () => this.isEnded = true);
  }

  /** Writes, and takes the text that then comes up to `end`. */
  async ask(request: string | Uint8Array, end: string): Promise<string> {
    this.socket.write(request);
    await until(() => this.text.includes(end));
    const taken = this.text;
    this.text = "";
    return taken;
  }
}

async function openPeer(port: number, isSecure = false): Promise<TextPeer> {
  const socket = isSecure
    ? connectTls({ port, host: "127.0.0.1", ca: certificate })
    : connect({ port, host: "127.0.0.1" });
  await once(socket, isSecure ? "secureConnect" : "connect");
  return new TextPeer(socket);
}

/** A client's text message. */
const hello = encodeFrame({ opcode: 1, payload: utf8("Hello"), key: exampleKey });
/** What its echo looks like. */
const echoed = "\x81\x05Hello";

const refuseAll = { authorize: () => new Response("who are you?", { status: 401 }) };

/** Runs with a server that echoes on `/chat` and answers other requests with "a page". */
async function withServer(
  options: Partial<AttachOptions>,
  run: (port: number, server: Server) => Promise<void>,
  isSecure = false,
): Promise<void> {
  const answer = (_request: unknown, response: { end(body: string): unknown }) => response.end("a page");
  const server = isSecure
    ? createSecureServer({ cert: certificate, key: privateKey }, answer)
    : createServer(answer);
  const attachment = attachWebSocket(server, {
    path: "/chat",
    onMessage: (message, connection) => connection.send(message),
    ...options,
  });
  const port = await listen(server);
  try {
    await run(port, server as Server);
  } finally {
    for (const connection of attachment.connections) connection.abort();
    await attachment.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Declares the tests. */
export function testNodeUpgrades(): void {
  test("acceptUpgrade() keeps the bytes that came with the request", async () => {
    await withServer({}, async (port) => {
      const peer = await openPeer(port);
      peer.socket.write(Buffer.concat([utf8(requestText()), hello]));
      await until(() => peer.text.endsWith(echoed));
      assert(peer.text.startsWith("HTTP/1.1 101 Switching Protocols\r\n"));
      peer.socket.destroy();
    });
  });

  for (const isSecure of [false, true]) {
    test(`a socket whose upgrade was refused carries on, ${isSecure ? "with" : "without"} TLS`, async () => {
      let isKnown = false;
      const authorize = () => isKnown ? undefined : new Response("who are you?", { status: 401 });
      await withServer({ authorize }, async (port) => {
        const peer = await openPeer(port, isSecure);
        for (let round = 0; round < 3; round++) {
          const refusal = await peer.ask(requestText(), "who are you?");
          assert(refusal.startsWith("HTTP/1.1 401 "), refusal);
          assert(/^connection: keep-alive\r$/im.test(refusal), refusal);
          const page = await peer.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "a page");
          assert(page.startsWith("HTTP/1.1 200 "), page);
        }
        isKnown = true;
        await peer.ask(requestText(), "\r\n\r\n");
        assertEquals(await peer.ask(hello, "Hello"), echoed);
        peer.socket.destroy();
      }, isSecure);
    });
  }

  const closing: Record<string, [request: string, options: Partial<AttachOptions>]> = {
    "the application wants no other request": [requestText(), { ...refuseAll, keepAlive: false }],
    "the peer wants no other": [requestText({ "Connection": "Upgrade, close" }), refuseAll],
    "the request has a body": [requestText({ "Content-Length": "5" }), {}],
    "something follows it": [`${requestText()}GET / HTTP/1.1\r\nHost: a\r\n\r\n`, refuseAll],
  };
  for (const [reason, [request, options]] of Object.entries(closing)) {
    test(`the socket of a refused upgrade ends where ${reason}`, async () => {
      await withServer(options, async (port) => {
        const peer = await openPeer(port);
        peer.socket.write(request);
        await until(() => peer.isEnded);
        assert(/^HTTP\/1\.1 4\d\d /.test(peer.text), peer.text);
        assert(/^connection: close\r$/im.test(peer.text), peer.text);
        assertEquals(peer.text.match(/HTTP\/1\.1/g)?.length, 1);
      });
    });
  }

  const broken: [status: number, changes: FieldChanges, line?: string][] = [
    [400, { "Sec-WebSocket-Key": undefined }],
    [400, { "Sec-WebSocket-Key": "short" }],
    [400, { "Sec-WebSocket-Protocol": "a,, b c" }],
    [400, { "Host": "a b" }],
    [426, { "Sec-WebSocket-Version": "8" }],
    [405, {}, "POST /chat HTTP/1.1"],
  ];
  for (const [status, changes, line] of broken) {
    test(`an upgrade is answered ${status} with ${line ?? JSON.stringify(changes)} (RFC 6455 §4.2.1)`, async () => {
      const errors: unknown[] = [];
      await withServer({ onError: (error) => errors.push(error) }, async (port) => {
        const peer = await openPeer(port);
        const answer = await peer.ask(requestText(changes, line), "\r\n\r\n");
        assert(answer.startsWith(`HTTP/1.1 ${status} `), answer);
        assertEquals(errors.map((error) => (error as HandshakeError).status), [status]);
        peer.socket.destroy();
      });
    });
  }

  test("a request that asks for another upgrade is none of ours", async () => {
    await withServer({ path: undefined }, async (port) => {
      const peer = await openPeer(port);
      const answer = await peer.ask(requestText({ "Upgrade": "h2c" }, "GET / HTTP/1.1"), "\r\n\r\n");
      // Node before 24.9 does not ask, and nobody but us is there.
      assert(/^HTTP\/1\.1 (?:200|426) /.test(answer), answer);
      peer.socket.destroy();
    });
  });

  test("an upgrade that nobody claims gets an answer, and its socket carries on", async () => {
    await withServer({}, async (port) => {
      const peer = await openPeer(port);
      const answer = await peer.ask(requestText({}, "GET /elsewhere HTTP/1.1"), "\r\n\r\n");
      assert(/^HTTP\/1\.1 (?:200|404) /.test(answer), answer);
      await peer.ask(requestText(), "101");
      assertEquals((await peer.ask(hello, "Hello")).endsWith(echoed), true);
      peer.socket.destroy();
    });
  });

  test("other listeners to 'upgrade' get what no attachment claims, and nothing else", async () => {
    await withServer({}, async (port, server) => {
      const seen: unknown[] = [];
      server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
        if (request.url === "/chat") return;
        seen.push(request.url);
        socket.end("HTTP/1.1 418 I'm a teapot\r\n\r\n");
      });
      const [peer, other] = [await openPeer(port), await openPeer(port)];
      await other.ask(requestText({}, "GET /tea HTTP/1.1"), "418");
      await peer.ask(requestText(), "101");
      assertEquals((await peer.ask(hello, "Hello")).endsWith(echoed), true);
      assertEquals(seen, ["/tea"]);
      peer.socket.destroy();
    });
  });

  test("acceptUpgrade() refuses with Connection: close, and rejects with the refusal", async () => {
    const accepted: Promise<WebSocketConnection>[] = [];
    const server = createServer().on("upgrade", (...event) => {
      accepted.push(acceptUpgrade(...event, refuseAll));
      accepted[0]!.catch(() => {});
    });
    const peer = await openPeer(await listen(server));
    const answer = await peer.ask(requestText(), "who are you?");
    assert(answer.startsWith("HTTP/1.1 401 ") && /^connection: close\r$/im.test(answer), answer);
    assertEquals((await assertRejects(() => accepted[0]!, HandshakeError)).status, 401);
    await until(() => peer.isEnded);
    server.close();
  });

  test("acceptUpgrade() destroys the socket for options that mean nothing, or a signal that is aborted", async () => {
    const wrong = [{ protocols: ["a b"] }, { closeTimeout: -1 }, { signal: AbortSignal.abort() }];
    for (const options of wrong) {
      const errors: unknown[] = [];
      const server = createServer().on("upgrade", (...event) => {
        acceptUpgrade(...event, options).catch((error) => errors.push(error));
      });
      const peer = await openPeer(await listen(server));
      peer.socket.write(requestText());
      await until(() => peer.isEnded && errors.length === 1);
      assertEquals(peer.text, "");
      server.close();
    }
  });

  test("acceptUpgrade() rejects where the peer has left before", async () => {
    const errors: unknown[] = [];
    const server = createServer().on("upgrade", (request, socket, head) => {
      socket.destroy();
      setTimeout(() => acceptUpgrade(request, socket, head).catch((error) => errors.push(error)), 20);
    });
    const peer = await openPeer(await listen(server));
    peer.socket.write(requestText());
    await until(() => errors.length === 1);
    assert(errors[0] instanceof HandshakeError && errors[0].status === 0, `${errors[0]}`);
    server.close();
  });

  test("a shouldUpgradeCallback of the server's own goes on deciding, and is there again after detach()", () => {
    const own = () => false;
    const server = createServer() as Server & { shouldUpgradeCallback?: () => boolean };
    server.shouldUpgradeCallback = own;
    const attachment = attachWebSocket(server, { onConnection: () => {} });
    assert(server.shouldUpgradeCallback !== own);
    attachment.detach();
    assertEquals(server.shouldUpgradeCallback, own);
  });
}
