/**
 * What the `openWebSocket()` of a runtime with sockets must do, as tests, against servers of `node:` modules.
 *
 * @module
 */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { acceptWebSocket, type ConnectOptions, HandshakeError, type WebSocketConnection } from "../../mod.ts";
import { nodeTransport } from "../../src/runtime/node.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { certificate, privateKey } from "./certificate.ts";

/** An `openWebSocket()`. */
export interface Dialer<Tls extends object> {
  readonly open: (
    url: string,
    options?: ConnectOptions & { readonly tls?: Tls | undefined },
  ) => Promise<WebSocketConnection>;
  /** What makes it trust the tests' certificate. */
  readonly trusting: Tls;
  /** Whether the runtime lets a TLS handshake go, once it has begun. */
  readonly leavesTls: boolean;
}

const hasIPv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === "::1");

const secure = { cert: certificate, key: privateKey, ALPNProtocols: ["http/1.1"] };

/** An echo for whoever knows the word; others are refused. Keeps what TLS told it of its clients' wishes. */
async function serveEcho(isSecure: boolean, host: string) {
  const facts: unknown[] = [];
  let requests = 0;
  const serve = (socket: Socket & { servername?: unknown; alpnProtocol?: unknown }) => {
    facts.push(socket.servername || undefined, socket.alpnProtocol);
    acceptWebSocket(nodeTransport(socket), {
      protocols: ["chat"],
      authorize({ headers }) {
        requests++;
        const isKnown = headers.get("Authorization") === "Bearer open";
        return isKnown ? undefined : new Response("who?", { status: 401 });
      },
      onMessage: (message, connection) => connection.send(message),
    }).catch(() => {});
  };
  const server = isSecure ? createTlsServer(secure, serve) : createServer(serve);
  const port = await listen(server, host);
  return { port, facts, countRequests: () => requests, close: () => server.close() };
}

/** A server that takes one connection, and says nothing. */
async function serveSilence() {
  let received = 0;
  let tell = { heard: () => {}, gone: () => {} };
  const heard = new Promise<void>((resolve) => tell = { ...tell, heard: resolve });
  const gone = new Promise<void>((resolve) => tell = { ...tell, gone: resolve });
  const sockets: Socket[] = [];
  const server = createServer((socket: Socket) => {
    sockets.push(socket);
    socket.on("data", (chunk) => {
      received += chunk.length;
      tell.heard();
    });
    socket.on("error", () => {});
    socket.on("close", () => tell.gone());
  });
  const port = await listen(server, "127.0.0.1");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port, heard, gone, received: () => received, close };
}

async function listen(server: Server, host: string): Promise<number> {
  await once(server.listen(0, host), "listening");
  return (server.address() as AddressInfo).port;
}

const welcome = { headers: { Authorization: "Bearer open" } };

async function expectEcho(connection: WebSocketConnection): Promise<void> {
  await connection.send("Größe");
  assertEquals(await connection.receive(), "Größe");
  const bytes = new Uint8Array(300_000).fill(7);
  await connection.send(bytes);
  assertEquals(await connection.receive(), bytes);
  assert((await connection.close()).wasClean);
}

/** Declares the tests. */
export function testDialer<Tls extends object>(
  name: string,
  { open, trusting, leavesTls }: Dialer<Tls>,
): void {
  test(`${name} brings messages there and back, with a subprotocol and a field of its own`, async () => {
    const server = await serveEcho(false, "127.0.0.1");
    const connection = await open(`ws://127.0.0.1:${server.port}/`, { ...welcome, protocols: "chat" });
    assertEquals([connection.protocol, connection.response?.status], ["chat", 101]);
    await expectEcho(connection);
    server.close();
  });

  test(`${name} tells a refusal with its status and body, and closes the socket`, async () => {
    const server = await serveEcho(false, "127.0.0.1");
    const error = await assertRejects(() => open(`http://127.0.0.1:${server.port}/`), HandshakeError);
    assertEquals([error.status, new TextDecoder().decode(error.response?.body)], [401, "who?"]);
    server.close();
  });

  if (hasIPv6) {
    test(`${name} reaches an IPv6 address`, async () => {
      const server = await serveEcho(false, "::1");
      await expectEcho(await open(`ws://[::1]:${server.port}/`, welcome));
      server.close();
    });
  }

  test(`${name} speaks TLS, and calls a host by its name but not by its address`, async () => {
    const server = await serveEcho(true, "127.0.0.1");
    for (const host of ["localhost", "127.0.0.1"]) {
      const url = `wss://${host}:${server.port}/`;
      await expectEcho(await open(url, { ...welcome, tls: trusting }));
    }
    assertEquals(server.facts, ["localhost", "http/1.1", undefined, "http/1.1"]);
    server.close();
  });

  test(`${name} sends nothing to a server that it does not trust`, async () => {
    const server = await serveEcho(true, "127.0.0.1");
    const error = await assertRejects(() => open(`wss://localhost:${server.port}/`, welcome), HandshakeError);
    assert(error.cause instanceof Error);
    assertEquals([error.response, server.countRequests()], [undefined, 0]);
    server.close();
  });

  if (hasIPv6) {
    test(`${name} trusts no certificate of another host`, async () => {
      const server = await serveEcho(true, "::1");
      const url = `wss://[::1]:${server.port}/`;
      const error = await assertRejects(() => open(url, { ...welcome, tls: trusting }), HandshakeError);
      assert(error.cause instanceof Error);
      assertEquals(server.countRequests(), 0);
      server.close();
    });
  }

  test(`${name} fails where nobody listens, no host has the name, or no TLS is spoken`, async () => {
    const server = await serveEcho(false, "127.0.0.1");
    const none = await serveSilence();
    none.close();
    const urls = [`ws://127.0.0.1:${none.port}/`, "ws://nowhere.invalid/", `wss://127.0.0.1:${server.port}/`];
    for (const url of urls) {
      const error = await assertRejects(() => open(url), HandshakeError, "Cannot connect", url);
      assert(error.cause instanceof Error, url);
      assertEquals(error.response, undefined);
    }
    server.close();
  });

  for (const [scheme, tls] of [["ws", undefined], ["wss", trusting]] as const) {
    const leaves = scheme === "ws" || leavesTls;
    test(`${name} gives a silent ${scheme}: server up at the deadline, and leaves`, async () => {
      const server = await serveSilence();
      const clock = createManualClock();
      const opening = open(`${scheme}://127.0.0.1:${server.port}/`, { tls, clock, handshakeTimeout: 500 });
      opening.catch(() => {});
      await server.heard;
      clock.advance(500);
      await assertRejects(() => opening, HandshakeError, "too long");
      if (leaves) await server.gone;
      assertEquals(clock.pending, 0);
      server.close();
    });

    test(`${name} leaves a ${scheme}: server when it is aborted, with the signal's reason`, async () => {
      const server = await serveSilence();
      const reason = new Error("enough");
      for (const isHeard of [true, false]) {
        const controller = new AbortController();
        const clock = createManualClock();
        const url = `${scheme}://127.0.0.1:${server.port}/`;
        const opening = open(url, { tls, clock, signal: controller.signal });
        opening.catch(() => {});
        if (isHeard) await server.heard;
        controller.abort(reason);
        assertStrictEquals(await opening.catch((error) => error), reason);
        if (isHeard && leaves) await server.gone;
        assertEquals(clock.pending, 0);
      }
      server.close();
    });
  }

  test(`${name} refuses what means nothing, and dials nobody`, async () => {
    const server = await serveSilence();
    const url = `ws://127.0.0.1:${server.port}/`;
    for (const address of ["", "127.0.0.1", "ftp://127.0.0.1/", `${url}#fragment`, "ws://user@127.0.0.1/"]) {
      await assertRejects(() => open(address), TypeError);
    }
    await assertRejects(() => open(url, { tls: trusting }), TypeError, "Cannot use tls");
    await assertRejects(() => open(url.replace("ws", "wss"), { tls: "none" as unknown as Tls }), TypeError);
    await assertRejects(() => open(url, { protocols: ["chat", "chat"] }), TypeError);
    await assertRejects(() => open(url, { headers: { Upgrade: "h2c" } }), TypeError);
    await assertRejects(() => open(url, { handshakeTimeout: -1 }), RangeError);
    const reason = new Error("enough");
    const stopped = open(url, { signal: AbortSignal.abort(reason) });
    assertStrictEquals(await stopped.catch((error) => error), reason);
    assertEquals(server.received(), 0);
    server.close();
  });
}
