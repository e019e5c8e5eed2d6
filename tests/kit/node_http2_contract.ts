/**
 * WebSockets over HTTP/2 (RFC 8441) stream by stream: settings, refusals, resets, flow control and many at once. Tests that Node, Deno
 * and Bun share; each is both server and client.
 *
 * @module
 */

import { once } from "node:events";
import * as http2 from "node:http2";
import { createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { HandshakeError, type WebSocketConnection } from "../../mod.ts";
import { createManualClock } from "../../src/testing/manual_clock.ts";
import {
  acceptExtendedConnect,
  type AttachOptions,
  attachWebSocket,
  connectHttp2,
} from "../../src/runtime/node.ts";
import { encodeFrame, exampleKey, utf8 } from "./frames.ts";
import { listen, openSession } from "./node_adapters.ts";
import { until } from "./until.ts";

/** The header list of a good request. */
const request = {
  ":method": "CONNECT",
  ":protocol": "websocket",
  ":scheme": "http",
  ":path": "/chat",
  ":authority": "127.0.0.1",
  "sec-websocket-version": "13",
};

/** A running server and a session with it. */
interface Setting {
  readonly url: string;
  readonly server: http2.Http2Server;
  readonly session: http2.ClientHttp2Session;
  readonly connections: ReadonlySet<WebSocketConnection>;
  readonly errors: unknown[];
}

/** Runs with a server that echoes unless `options` say otherwise. */
async function withServer(
  options: Partial<AttachOptions>,
  run: (setting: Setting) => Promise<void>,
  settings: http2.Settings = {},
): Promise<void> {
  const server = http2.createServer({ settings }, (_request, response) => void response.end("a page"));
  const errors: unknown[] = [];
  const attachment = attachWebSocket(server, {
    path: "/chat",
    ...(options.onConnection === undefined && {
      onMessage: (message, connection) => connection.send(message),
    }),
    onError: (error) => errors.push(error),
    ...options,
  });
  const port = await listen(server);
  const session = openSession(port);
  session.on("error", () => {});
  try {
    const { connections } = attachment;
    await run({ url: `ws://127.0.0.1:${port}/chat`, server, session, connections, errors });
  } finally {
    for (const connection of attachment.connections) connection.abort();
    session.destroy();
    server.close();
  }
}

/** Sends a request as it is; resolves with the stream and its answer. */
async function ask(
  session: http2.ClientHttp2Session,
  changes: Record<string, string | undefined> = {},
): Promise<{ stream: http2.ClientHttp2Stream; status: number; headers: http2.IncomingHttpHeaders }> {
  const changed = Object.entries({ ...request, ...changes }).filter(([, value]) => value !== undefined);
  if (session.connecting) await once(session, "remoteSettings");
  const stream = session.request(Object.fromEntries(changed) as Record<string, string>, { endStream: false });
  stream.on("error", () => {});
  const [headers] = await once(stream, "response") as [http2.IncomingHttpHeaders];
  return { stream, status: Number(headers[":status"]), headers };
}

async function readText(stream: http2.ClientHttp2Stream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

function failureOf(connecting: Promise<WebSocketConnection>): Promise<HandshakeError> {
  return assertRejects(() => connecting, HandshakeError);
}

/** Declares the tests; `skipped` says why a runtime's own fault makes one untrue, by its sentence. */
export function testNodeHttp2(skipped: Readonly<Record<string, string>> = {}): void {
  const check = (sentence: string, run: () => Promise<void>): void =>
    void test(`WebSockets over node:http2: ${sentence}`, { skip: skipped[sentence] ?? false }, run);

  check(
    "1000 echo correctly over one connection",
    () =>
      withServer({}, async ({ url, session, connections, server }) => {
        let sessions = 0;
        server.on("session", () => sessions++);
        const clients = await Promise.all(Array.from({ length: 1000 }, () => connectHttp2(url, { session })));
        for (let round = 0; round < 3; round++) {
          await Promise.all(clients.map(async (client, index) => {
            await client.send(`${round} of ${index}`);
            assertEquals(await client.receive(), `${round} of ${index}`);
          }));
        }
        assertEquals([connections.size, sessions], [1000, 1]);
        const closings = await Promise.all(clients.map((client) => client.close()));
        assertEquals(closings.filter(({ wasClean }) => wasClean).length, 1000);
        await until(() => connections.size === 0);
      }),
  );

  check("a server that stalls stops one stream and no other", async () => {
    let stalled: WebSocketConnection | undefined;
    await withServer({
      path: () => true,
      onConnection: async (connection) => {
        if (connection.request?.url.pathname === "/stalled") return void (stalled = connection);
        for await (const message of connection) await connection.send(message);
      },
    }, async ({ url, session }) => {
      const slow = await connectHttp2(url.replace("chat", "stalled"), { session });
      const other = await connectHttp2(url, { session });
      const message = new Uint8Array(16384);
      let sent = 0;
      const sending = (async () => {
        for (; sent < 200; sent++) await slow.send(message);
      })();
      for (let index = 0; index < 200; index++) {
        await other.send(message);
        assertEquals((await other.receive())?.length, 16384);
      }
      assert(sent < 100, `${sent} messages were taken by a server that does not read`);
      for (let index = 0; index < 200; index++) assertEquals((await stalled!.receive())?.length, 16384);
      await sending;
    });
  });

  check("a client that stalls stops one stream and no other", async () => {
    let sent = 0;
    await withServer({
      path: () => true,
      onConnection: async (connection) => {
        if (connection.request?.url.pathname !== "/stalled") {
          for await (const message of connection) await connection.send(message);
          return;
        }
        for (; sent < 200; sent++) await connection.send(new Uint8Array(16384));
      },
    }, async ({ url, session }) => {
      const slow = await connectHttp2(url.replace("chat", "stalled"), { session });
      const other = await connectHttp2(url, { session });
      for (let index = 0; index < 200; index++) {
        await other.send(new Uint8Array(16384));
        assertEquals((await other.receive())?.length, 16384);
      }
      assert(sent < 100, `${sent} messages were sent to a client that does not read`);
      for (let index = 0; index < 200; index++) assertEquals((await slow.receive())?.length, 16384);
    });
  });

  check("1 MiB messages go both ways at once", () =>
    withServer({}, async ({ url, session }) => {
      const clients = await Promise.all([connectHttp2(url, { session }), connectHttp2(url, { session })]);
      const message = Uint8Array.from({ length: 1 << 20 }, (_, index) => index * 7 >> 3);
      await Promise.all(clients.map(async (client) => {
        const sending = (async () => {
          for (let index = 0; index < 8; index++) await client.send(message);
        })();
        for (let index = 0; index < 8; index++) {
          const echo = await client.receive() as Uint8Array;
          assert(echo.length === message.length && echo.every((byte, at) => byte === message[at]));
        }
        await sending;
      }));
    }));

  check(
    "the answer is 200 without Accept, frames are masked DATA, and END_STREAM ends them (RFC 8441 §5)",
    () =>
      withServer({}, async ({ session }) => {
        const { stream, headers } = await ask(session);
        assertEquals([headers[":status"], headers["sec-websocket-accept"]], [200, undefined]);
        stream.write(encodeFrame({ opcode: 1, payload: utf8("Hello"), key: exampleKey }));
        stream.write(encodeFrame({ opcode: 8, payload: Uint8Array.of(3, 232), key: exampleKey }));
        const chunks: Uint8Array[] = [];
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        await once(stream, "end");
        stream.end();
        assertEquals(
          new Uint8Array(Buffer.concat(chunks)),
          Uint8Array.of(0x81, 5, ...utf8("Hello"), 0x88, 2, 3, 232),
        );
        await until(() => stream.closed);
        assertEquals(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
      }),
  );

  const refusals: [status: number, body: string, changes: Record<string, string | undefined>][] = [
    [501, "the protocol is not websocket\n", { ":protocol": "connect-udp" }],
    [404, "there is no WebSocket here\n", { ":path": "/elsewhere" }],
    [400, "Sec-WebSocket-Version is not 13\n", { "sec-websocket-version": "8" }],
    [400, "Sec-WebSocket-Protocol is malformed\n", { "sec-websocket-protocol": "a," }],
    [400, "Sec-WebSocket-Extensions is malformed\n", { "sec-websocket-extensions": "a;" }],
    [403, "the origin is not allowed\n", { "origin": "https://evil.example" }],
  ];
  for (const [status, body, changes] of refusals) {
    check(
      `${JSON.stringify(changes)} is refused with ${status}, and the session goes on`,
      () =>
        withServer({}, async ({ session, url, errors }) => {
          const { stream, headers } = await ask(session, changes);
          assertEquals([headers[":status"], await readText(stream)], [status, body]);
          stream.close();
          assert(errors.every((error) => (error as HandshakeError).status === status));
          const client = await connectHttp2(url, { session });
          assertEquals((await client.close()).wasClean, true);
        }),
    );
  }

  check(
    "a client that is refused and leaves its stream open is given up behind handshakeTimeout",
    async () => {
      for (const body of [null, "go away"]) {
        const clock = createManualClock();
        const authorize = () => new Response(body, { status: 403 });
        await withServer({ authorize, clock, handshakeTimeout: 500 }, async ({ session, errors }) => {
          const { stream, status } = await ask(session);
          assertEquals([status, await readText(stream)], [403, body ?? ""]);
          await until(() => errors.length === 1);
          assertEquals([stream.closed, clock.pending], [false, 1]);
          clock.advance(500);
          assertEquals(clock.pending, 0);
          await until(() => stream.closed);
        });
      }
    },
  );

  check(
    "an ordinary CONNECT is refused with 405 where nobody wants it",
    () =>
      withServer({}, async ({ session }) => {
        const changes = { ":protocol": undefined, ":scheme": undefined, ":path": undefined };
        const { stream, status } = await ask(session, { ...changes, "sec-websocket-version": undefined });
        assertEquals(status, 405);
        stream.close();
      }),
  );

  check(
    "a listener to 'connect' gets the CONNECTs that nobody claims",
    () =>
      withServer({}, async ({ session, server }) => {
        const seen: unknown[] = [];
        server.on("connect", ({ headers }: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => {
          if (headers[":path"] === "/chat" && headers[":protocol"] === "websocket") return;
          seen.push(headers[":protocol"]);
          response.writeHead(418);
          response.end();
        });
        for (const protocol of ["connect-udp", "websocket"]) {
          const { stream, status } = await ask(session, { ":protocol": protocol, ":path": "/tea" });
          assertEquals(status, 418);
          stream.close();
        }
        assertEquals((await ask(session)).status, 200);
        assertEquals(seen, ["connect-udp", "websocket"]);
      }),
  );

  check(
    "the settings of a server stay as they are, with ENABLE_CONNECT_PROTOCOL (RFC 8441 §3)",
    () =>
      withServer({}, async ({ session }) => {
        const [settings] = await once(session, "remoteSettings") as [http2.Settings];
        assertEquals([settings.enableConnectProtocol, settings.initialWindowSize], [true, 70_000]);
      }, { initialWindowSize: 70_000 }),
  );

  check("a client does not ask a server that does not offer it", async () => {
    let streams = 0;
    const server = http2.createServer().on("stream", () => streams++);
    const port = await listen(server);
    const url = `ws://127.0.0.1:${port}/`;
    const message = "Cannot connect: the server does not offer WebSockets over HTTP/2";
    assertEquals((await failureOf(connectHttp2(url))).message, message);
    const session = openSession(port);
    assertEquals((await failureOf(connectHttp2(url, { session }))).message, message);
    // Nor by a session whose SETTINGS came long ago.
    assertEquals((await failureOf(connectHttp2(url, { session }))).message, message);
    assertEquals(streams, 0);
    session.destroy();
    server.close();
  });

  check("a client rejects where nobody listens, nobody answers or nobody speaks HTTP/2", async () => {
    const mute = createTcpServer((socket) => void socket.on("error", () => {}));
    const rude = createTcpServer((socket) => {
      socket.on("error", () => {}).resume();
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    const [mutePort, rudePort] = [await listen(mute), await listen(rude)];
    const slow = await failureOf(connectHttp2(`ws://127.0.0.1:${mutePort}/`, { handshakeTimeout: 100 }));
    assertEquals(slow.message, "Cannot connect: the handshake took too long");
    assertEquals((await failureOf(connectHttp2(`ws://127.0.0.1:${rudePort}/`))).status, 0);
    const controller = new AbortController();
    const aborted = connectHttp2(`ws://127.0.0.1:${mutePort}/`, { signal: controller.signal });
    controller.abort(new Error("no more"));
    assertEquals((await assertRejects(() => aborted, Error)).message, "no more");
    mute.close();
    rude.close();
    await once(rude, "close");
    assertEquals((await failureOf(connectHttp2(`ws://127.0.0.1:${rudePort}/`))).status, 0);
  });

  check(
    "a session that has ended, or is about to, takes no WebSocket",
    () =>
      withServer({}, async ({ url, session, server }) => {
        const client = await connectHttp2(url, { session });
        const [[serverSession], late] = await Promise.all([
          once(server, "session") as Promise<[http2.ServerHttp2Session]>,
          connectHttp2(url),
        ]);
        // GOAWAY: what there is goes on, nothing new comes.
        serverSession.close();
        await late.send("Hello");
        assertEquals(await late.receive(), "Hello");
        assertEquals((await late.close()).wasClean, true);
        session.close();
        assertEquals((await failureOf(connectHttp2(url, { session }))).status, 0);
        await client.send("Hello");
        assertEquals(await client.receive(), "Hello");
        await client.close();
        session.destroy();
        assertEquals((await failureOf(connectHttp2(url, { session }))).status, 0);
      }),
  );

  check(
    "an aborted connection is a stream that is reset with CANCEL (RFC 8441 §5)",
    () =>
      withServer({ onMessage: (_message, connection) => connection.abort() }, async ({ session, url }) => {
        const { stream } = await ask(session);
        stream.resume();
        stream.write(encodeFrame({ opcode: 1, payload: utf8("Hello"), key: exampleKey }));
        await once(stream, "close");
        assertEquals(stream.rstCode, http2.constants.NGHTTP2_CANCEL);
        const client = await connectHttp2(url, { session });
        client.abort();
        assertEquals((await client.closed).closeCode, 1006);
      }),
  );

  check(
    "a stream that is reset or ended without a Close is closed with 1006, others live",
    () =>
      withServer({ onConnection: () => {} }, async ({ session, connections }) => {
        const streams = [await ask(session), await ask(session), await ask(session)].map(({ stream }) =>
          stream
        );
        await until(() => connections.size === 3);
        const closings = [...connections].map((connection) => connection.closed);
        streams[0]!.close(http2.constants.NGHTTP2_CANCEL);
        streams[1]!.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
        streams[2]!.end();
        for (const closing of closings) {
          const { closeCode, wasClean } = await closing;
          assertEquals([closeCode, wasClean], [1006, false]);
        }
        assertEquals((await ask(session)).status, 200);
      }),
  );

  check(
    "a session that vanishes ends its connections at both ends",
    () =>
      withServer({ onConnection: () => {} }, async ({ session, connections, url }) => {
        const clients = await Promise.all(Array.from({ length: 20 }, () => connectHttp2(url, { session })));
        await until(() => connections.size === 20);
        const closings = [...clients, ...connections].map(({ closed }) => closed);
        session.destroy();
        assertEquals((await Promise.all(closings)).filter(({ closeCode }) => closeCode === 1006).length, 40);
      }),
  );

  check(
    "a session of its own ends with the connection",
    () =>
      withServer({}, async ({ url, server, session: other }) => {
        await once(other, "remoteSettings");
        const session = once(server, "session") as Promise<[http2.ServerHttp2Session]>;
        const client = await connectHttp2(url);
        const [theirs] = await session;
        assertEquals((await client.close()).wasClean, true);
        await until(() => theirs.closed || theirs.destroyed);
      }),
  );

  check("acceptExtendedConnect() rejects where the stream was answered by another, or is gone", async () => {
    const errors: unknown[] = [];
    const server = http2.createServer({ settings: { enableConnectProtocol: true } });
    server.on("stream", (stream: http2.ServerHttp2Stream, headers) => {
      if (headers[":path"] === "/gone") stream.close(http2.constants.NGHTTP2_CANCEL);
      else stream.respond({ ":status": 200 });
      stream.on("error", () => {});
      acceptExtendedConnect(stream, headers).catch((error) => errors.push(error));
    });
    const session = openSession(await listen(server));
    // What the client is told may be a response, a reset or, by Node 20, nothing but the end of the stream.
    for (const path of ["/chat", "/gone"]) ask(session, { ":path": path }).catch(() => {});
    await until(() => errors.length === 2);
    assert(errors.every((error) => error instanceof HandshakeError && error.status === 0), `${errors}`);
    session.destroy();
    server.close();
  });

  check(
    "a header block beyond all limits ends in an error of the handshake",
    () =>
      withServer({}, async ({ url, session }) => {
        const headers = Object.fromEntries(
          Array.from({ length: 30 }, (_, index) => [`x-${index}`, "w".repeat(4000)]),
        );
        const error = await failureOf(connectHttp2(url, { session, headers }));
        assert(error.status === 431 || error.status === 0, error.message);
        const client = await connectHttp2(url);
        assertEquals((await client.close()).wasClean, true);
      }),
  );
}
