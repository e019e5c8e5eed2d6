/**
 * What `attachWebSocket()` promises on every kind of server of `node:` modules, as tests that Node, Deno and Bun share.
 *
 * @module
 */

import { createServer, type IncomingMessage } from "node:http";
import type { ServerHttp2Stream } from "node:http2";
import { createServer as createSecureServer } from "node:https";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { connectWebSocket, HandshakeError, type WebSocketConnection, WebSocketError } from "../../mod.ts";
import {
  type AttachOptions,
  attachWebSocket,
  type NodeServer,
  nodeTransport,
} from "../../src/runtime/node.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import { certificate, privateKey } from "./certificate.ts";
import { type AttachedServer, listen, nodeAdapters, startAttached } from "./node_adapters.ts";
import { until } from "./until.ts";

const decoder = new TextDecoder();

/** The refusal that a client meets. */
async function refusalOf(connecting: Promise<WebSocketConnection>): Promise<HandshakeError> {
  return await assertRejects(() => connecting, HandshakeError);
}

async function assertEcho(connection: WebSocketConnection, message: string): Promise<void> {
  await connection.send(message);
  assertEquals(await connection.receive(), message);
}

/**
 * Declares the tests.
 *
 * @param skipped Why a runtime's own fault makes a test untrue, by its sentence.
 */
export function testNodeAttachments(skipped: Readonly<Record<string, string>> = {}): void {
  for (const [name, adapter] of Object.entries(nodeAdapters)) {
    const check = (sentence: string, run: (start: typeof startAttached) => Promise<void>): void => {
      const skip = skipped[`${name}: ${sentence}`] ?? skipped[sentence] ?? false;
      test(`attachWebSocket() to ${name} ${sentence}`, { skip }, async () => {
        const started: AttachedServer[] = [];
        try {
          await run(async (...args) => {
            started.push(await startAttached(...args));
            return started.at(-1)!;
          });
        } finally {
          for (const server of started) await server[Symbol.asyncDispose]();
        }
      });
    };

    check("serves WebSockets beside ordinary requests", async (start) => {
      const requests: (readonly unknown[])[] = [];
      const served = await start(adapter, {
        path: "/chat",
        protocols: ["chat"],
        headers: { "x-served-by": "weft" },
        onConnection: async (connection) => {
          const { request } = connection;
          requests.push([
            request?.version,
            request?.url.pathname,
            request?.url.search,
            request?.headers.get("x-token"),
          ]);
          for await (const message of connection) await connection.send(message);
        },
      });
      assertEquals(await served.get("/"), { status: 200, body: "a page at /" });
      const options = { protocols: ["other", "chat"], headers: { "x-token": "secret" } };
      const client = await served.connect("/chat?room=a", options);
      assertEquals([client.protocol, client.response?.headers.get("x-served-by")], ["chat", "weft"]);
      await assertEcho(client, "Hello");
      assertEquals((await served.get("/chat")).body, "a page at /chat");
      assertEquals(served.attachment.connections.size, 1);
      assertEquals((await client.close()).wasClean, true);
      await until(() => served.attachment.connections.size === 0);
      assertEquals(requests, [[adapter.isHttp2 ? "HTTP/2" : "HTTP/1.1", "/chat", "?room=a", "secret"]]);
      assertEquals(served.errors, []);
    });

    check("serves several paths, each by its own options, and refuses others", async (start) => {
      const served = await start(adapter, { path: "/echo" });
      attachWebSocket(served.server, {
        path: (path) => path.startsWith("/rooms/"),
        onConnection: (connection) => connection.close({ closeCode: 4001, reason: "full" }),
      });
      await assertEcho(await served.connect("/echo"), "Hello");
      const { closeCode, reason } = await (await served.connect("/rooms/a")).closed;
      assertEquals([closeCode, reason], [4001, "full"]);
      const { status } = await refusalOf(served.connect("/elsewhere"));
      // Where Node asks, an upgrade that nobody claims is an ordinary request.
      assert(status === 404 || !adapter.isHttp2 && status === 200, `it was ${status}`);
      assertEquals(served.errors, []);
    });

    check("leaves no upgrade without an answer where nobody listens to requests", async (start) => {
      const served = await start(adapter, { path: "/chat" });
      served.server.removeAllListeners("request");
      assertEquals((await refusalOf(served.connect("/elsewhere"))).status, 404);
      await assertEcho(await served.connect("/chat"), "Hello");
    });

    check("serves on where the function of paths throws, and tells onError()", async (start) => {
      const served = await start(adapter, { path: (path) => decodeURIComponent(path) === "/ä" });
      await refusalOf(served.connect("/%ff")).catch(() => {});
      assertEquals(served.errors.map((error) => (error as Error).name), ["URIError"]);
      await assertEcho(await served.connect("/%C3%A4"), "Hello");
    });

    check("refuses to close with what no Close can say, and goes on", async (start) => {
      const served = await start(adapter, {});
      await assertRejects(() => served.attachment.close({ closeCode: 5000 }), RangeError);
      await assertRejects(() => served.attachment.close(1001 as unknown as object), TypeError);
      await assertEcho(await served.connect("/"), "Hello");
    });

    check("refuses with 503 whoever comes while it closes, and claims nothing more then", async (start) => {
      const served = await start(adapter, {
        onConnection: (connection) => {
          for (let count = 0; count < 64; count++) void connection.send(new Uint8Array(16_384));
        },
      });
      // A client that does not read on, and so does not hear of the end.
      const client = await served.connect("/");
      await client.receive();
      const closed = served.attachment.close();
      assertEquals((await refusalOf(served.connect("/"))).status, 503);
      client.abort();
      await closed;
      assert((await refusalOf(served.connect("/"))).status !== 503);
    });

    check("listens to its signal no more once it is closed", async (start) => {
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners++;
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners--;
        removeEventListener.apply(signal, args);
      };
      const served = await start(adapter, { signal });
      assert(listeners > 0);
      await served.attachment.close();
      assertEquals(listeners, 0);
    });

    check("refuses with the status, the fields and the body that authorize() returns", async (start) => {
      const served = await start(adapter, {
        authorize: ({ headers }) =>
          headers.get("authorization") === "Bearer secret" ? undefined : new Response("who are you?", {
            status: 401,
            headers: { "www-authenticate": "Bearer" },
          }),
      });
      const { status, response } = await refusalOf(served.connect("/"));
      assertEquals([status, response?.headers.get("www-authenticate")], [401, "Bearer"]);
      assertEquals(decoder.decode(response?.body), "who are you?");
      await assertEcho(await served.connect("/", { headers: { authorization: "Bearer secret" } }), "Hello");
      assertEquals(served.errors.map((error) => (error as HandshakeError).status), [401]);
      assertEquals(await served.get("/after"), { status: 200, body: "a page at /after" });
    });

    check(
      "refuses a foreign Origin, and what authorize() throws is told to onError() alone",
      async (start) => {
        const cause = new Error("the database is gone");
        const served = await start(adapter, {
          authorize: ({ url }) => {
            if (url.pathname === "/broken") throw cause;
          },
        });
        const foreign = await refusalOf(served.connect("/", { headers: { origin: "https://evil.example" } }));
        assertEquals(foreign.status, 403);
        const broken = await refusalOf(served.connect("/broken"));
        assertEquals(broken.status, 500);
        assert(!decoder.decode(broken.response?.body).includes("database"));
        assertEquals(served.errors.map((error) => (error as HandshakeError).cause), [undefined, cause]);
      },
    );

    check("takes no subprotocol that it does not know, and the client refuses that", async (start) => {
      const served = await start(adapter, { protocols: ["chat"] });
      const { response } = await refusalOf(served.connect("/", { protocols: ["other"] }));
      assertEquals(response?.headers.get("sec-websocket-protocol"), null);
      await until(() => served.attachment.connections.size === 0);
    });

    check("refuses heads over its limits with 414 and 431", async (start) => {
      const served = await start(adapter, { maxHeaderLine: 1000, maxHeaders: 20, maxHeadSize: 2500 });
      const filler = "w".repeat(900);
      assertEquals((await refusalOf(served.connect(`/${"w".repeat(1000)}`))).status, 414);
      const headers: Record<string, string>[] = [
        { "x-long": "w".repeat(1000) },
        Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, "1"])),
        { "x-1": filler, "x-2": filler, "x-3": filler },
      ];
      for (const fields of headers) {
        assertEquals((await refusalOf(served.connect("/", { headers: fields }))).status, 431);
      }
      await assertEcho(await served.connect("/", { headers: { "x-1": filler } }), "Hello");
    });

    check("survives a peer that vanishes during the handshake", async (start) => {
      let asked = 0;
      let answer = () => {};
      const answered = new Promise<void>((resolve) => answer = resolve);
      const clock = createManualClock();
      const served = await start(adapter, {
        clock,
        authorize: () => {
          asked++;
          return answered;
        },
      });
      const controller = new AbortController();
      const gone = served.connect("/", { signal: controller.signal });
      await until(() => asked === 1);
      controller.abort(new Error("no more"));
      assertEquals((await assertRejects(() => gone, Error)).message, "no more");
      // A socket that is not read does not tell of its end.
      clock.advance(10_000);
      await until(() => served.errors.length === 1);
      answer();
      assertInstanceOf(served.errors[0], HandshakeError);
      assertEquals((served.errors[0] as HandshakeError).status, 503);
      assertEquals(served.attachment.connections.size, 0);
      await assertEcho(await served.connect("/"), "Hello");
    });

    check("survives a peer that vanishes without a Close, and cannot send to it", async (start) => {
      let accepted: WebSocketConnection | undefined;
      const served = await start(adapter, { onConnection: (connection) => void (accepted = connection) });
      const client = await served.connect("/");
      await until(() => accepted !== undefined);
      client.abort();
      const { closeCode, wasClean } = await accepted!.closed;
      assertEquals([closeCode, wasClean, (await client.closed).closeCode], [1006, false, 1006]);
      const { closeCode: code } = await assertRejects(() => accepted!.send("late"), WebSocketError);
      assertEquals([code, accepted!.readyState], [1006, "closed"]);
      await until(() => served.attachment.connections.size === 0);
    });

    check("tears a connection down for the peer to see", async (start) => {
      const served = await start(adapter, { onMessage: (_message, connection) => connection.abort() });
      const client = await served.connect("/");
      await client.send("leave me");
      const { closeCode, wasClean } = await client.closed;
      assertEquals([closeCode, wasClean], [1006, false]);
    });

    check("rejects what is sent after a close", async (start) => {
      const served = await start(adapter);
      const client = await served.connect("/");
      await client.close({ closeCode: 4000, reason: "done" });
      assertEquals((await assertRejects(() => client.send("late"), WebSocketError)).closeCode, 4000);
    });

    check("holds 10 000 messages back from a client that does not read, and no other", async (start) => {
      const connections: WebSocketConnection[] = [];
      const served = await start(adapter, {
        onConnection: (connection) => void connections.push(connection),
      });
      const stalled = await served.connect("/stalled");
      await until(() => connections.length === 1);
      const message = "w".repeat(1024);
      let sent = 0;
      const sending = (async () => {
        for (; sent < 10_000; sent++) await connections[0]!.send(message);
      })();
      // The kernel's buffers for TCP are more than a stream's window, yet fewer than all.
      let before = -1;
      while (sent > before) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert(sent < 10_000, "all was taken");
      assert(connections[0]!.bufferedAmount < 300_000, `${connections[0]!.bufferedAmount} bytes wait`);
      const reader = await served.connect("/reader");
      await until(() => connections.length === 2);
      for (let index = 0; index < 200; index++) {
        await connections[1]!.send(message);
        assertEquals(await reader.receive(), message);
      }
      for (let index = 0; index < 10_000; index++) assertEquals(await stalled.receive(), message);
      await sending;
    });

    check("lets connections live when it is detached, and takes no more", async (start) => {
      const served = await start(adapter);
      const client = await served.connect("/");
      served.attachment.detach();
      assertEquals((await refusalOf(served.connect("/"))).response?.status !== 101, true);
      await assertEcho(client, "Hello");
      assertEquals(served.server.listenerCount("upgrade"), 0);
      assertEquals(await served.get("/"), { status: 200, body: "a page at /" });
    });

    check("closes all connections with 1001, those that were under way too", async (start) => {
      let answer = () => {};
      const answered = new Promise<void>((resolve) => answer = resolve);
      let asked = false;
      const served = await start(adapter, {
        authorize: ({ url }) => {
          if (url.pathname !== "/late") return;
          asked = true;
          return answered;
        },
      });
      const clients = await Promise.all([served.connect("/a"), served.connect("/b")]);
      const late = served.connect("/late");
      await until(() => asked && served.attachment.connections.size === 2);
      const closed = served.attachment.close({ reason: "restarting" });
      answer();
      for (const client of [...clients, await late]) {
        const { closeCode, reason, wasClean } = await client.closed;
        assertEquals([closeCode, reason, wasClean], [1001, "restarting", true]);
      }
      await closed;
      assertEquals(served.attachment.connections.size, 0);
    });

    check("closes with 1011 where onConnection() fails, and tells onError()", async (start) => {
      const failures = [new Error("at once"), new Error("later")];
      const served = await start(adapter, {
        onConnection: async ({ request }) => {
          if (request?.url.pathname === "/later") await Promise.reject(failures[1]);
          throw failures[0];
        },
      });
      assertEquals((await (await served.connect("/")).closed).closeCode, 1011);
      assertEquals((await (await served.connect("/later")).closed).closeCode, 1011);
      assertEquals(served.errors, failures);
    });

    check("gives authorize() and onConnection() what Node gave, with the peer's address", async (start) => {
      const given: unknown[] = [];
      const served = await start(adapter, {
        authorize: (_request, incoming) => void given.push(incoming),
        onConnection: async (connection, incoming) => {
          given.push(incoming);
          const { remoteAddress } = incoming.socket ?? incoming.session?.socket ?? {};
          await connection.send(`${connection.request?.version} from ${remoteAddress}`);
        },
      });
      const client = await served.connect("/");
      const version = adapter.isHttp2 ? "HTTP/2" : "HTTP/1.1";
      assertEquals([await client.receive(), given.length], [`${version} from 127.0.0.1`, 2]);
      assert(given[0] === given[1]);
    });

    check("tells onError() what onMessage() threw, and not that the peer broke a rule", async (start) => {
      const failure = new Error("no message is good enough");
      const served = await start(adapter, {
        maxMessageSize: 100,
        onMessage: () => Promise.reject(failure),
      });
      const rude = await served.connect("/");
      await rude.send("w".repeat(101));
      assertEquals((await rude.closed).closeCode, 1009);
      const client = await served.connect("/");
      await client.send("Hello");
      assertEquals((await client.closed).closeCode, 1011);
      await until(() => served.attachment.connections.size === 0);
      assertEquals(served.errors, [failure]);
    });

    check("refuses with 503 behind handshakeTimeout", async (start) => {
      const served = await start(adapter, {
        handshakeTimeout: 50,
        authorize: () => new Promise<undefined>(() => {}),
      });
      assertEquals((await refusalOf(served.connect("/"))).status, 503);
      await until(() => served.errors.length === 1);
      assertEquals(
        served.errors.map((error) => (error as Error).message),
        ["Cannot accept: the handshake took too long"],
      );
    });

    check("is over, connections included, when its signal is aborted", async (start) => {
      const controller = new AbortController();
      const served = await start(adapter, { signal: controller.signal });
      const client = await served.connect("/");
      await assertEcho(client, "Hello");
      controller.abort();
      assertEquals((await client.closed).closeCode, 1006);
      assertEquals(served.errors, []);
      await refusalOf(served.connect("/"));
    });

    check("tells its taps the heads of both sides", async (start) => {
      const heads: string[] = [];
      const onHead = (direction: string, head: string) => heads.push(`${direction} ${head.split("\n")[0]}`);
      const served = await start(adapter, { onHead, path: "/tap", protocols: ["chat"] });
      await served.connect("/tap");
      assertEquals(
        heads,
        adapter.isHttp2
          ? ["received CONNECT /tap HTTP/2", "sent HTTP/2 200"]
          : ["received GET /tap HTTP/1.1", "sent HTTP/1.1 101 Switching Protocols"],
      );
    });
  }

  test("attachWebSocket() can ask for a client's certificate, and refuse who has none", async () => {
    const tls = { cert: certificate, key: privateKey, ca: certificate };
    const server = createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: false });
    const attachment = attachWebSocket(server, {
      authorize: (_request, { socket }) =>
        socket?.authorized ? undefined : new Response("who are you?", { status: 401 }),
      onMessage: (message, connection) => connection.send(message),
    });
    const port = await listen(server);
    const open = (own: object) => {
      const socket = connectTls({ port, host: "127.0.0.1", ca: certificate, ...own });
      return connectWebSocket(`wss://127.0.0.1:${port}/`, nodeTransport(socket));
    };
    assertEquals((await refusalOf(open({}))).status, 401);
    await assertEcho(await open(tls), "Hello");
    await attachment.close();
    server.close();
  });

  test("attachWebSocket() takes callbacks that know which kind of server they are for", async () => {
    const server = createServer();
    const seen: unknown[] = [];
    const attachment = attachWebSocket(server, {
      authorize: (_request, incoming: IncomingMessage) => void seen.push(incoming.headers.host),
      onConnection: (connection, { socket }) => {
        seen.push(socket.remoteFamily);
        return connection.close();
      },
    });
    const streams = (server: NodeServer): AttachOptions<ServerHttp2Stream> => ({
      onConnection: (_connection, stream) => server.listenerCount(`${stream.session?.alpnProtocol}`),
    });
    assertEquals(typeof streams(server).onConnection, "function");
    const port = await listen(server);
    const client = await nodeAdapters["node:http"]!.connect(port, "/");
    await client.closed;
    assertEquals(seen, [`127.0.0.1:${port}`, "IPv4"]);
    await attachment.close();
    server.close();
  });

  test("attachWebSocket() refuses options that mean nothing, and leaves the server as it was", () => {
    const { createServer } = nodeAdapters["node:http2"]!;
    const server = createServer(() => {});
    const onConnection = () => {};
    assertThrows(() => attachWebSocket(server, {}), TypeError);
    assertThrows(() => attachWebSocket(server, { onConnection, path: "chat" }), TypeError);
    assertThrows(() => attachWebSocket(server, { onConnection, path: "/chat?a" }), TypeError);
    assertThrows(() => attachWebSocket(server, { onConnection, protocols: ["a b"] }), TypeError);
    assertThrows(() => attachWebSocket(server, { onConnection, handshakeTimeout: -1 }), RangeError);
    assertThrows(() => attachWebSocket(server, { onConnection, maxMessageSize: NaN }), RangeError);
    assertThrows(() => attachWebSocket(server, { onConnection, signal: AbortSignal.abort() }), DOMException);
    assertEquals(
      ["upgrade", "stream", "connect"].map((event) => server.listenerCount(event)).join(),
      "0,1,0",
    );
  });
}
