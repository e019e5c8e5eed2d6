/**
 * What the tests in workerd talk to. By TCP, it answers every byte with the same byte, and the end with the end; by
 * HTTP, it is a server of workerd's own WebSockets, as `interop_cases.ts` has it.
 *
 * @module
 */

import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import {
  type CloudflareSocket,
  type NativeUpgradeOptions,
  serveSocket,
  upgradeWebSocket,
} from "../../../src/runtime/cloudflare.ts";
import { createRefusal, type NativeSocket, serveNative } from "../../kit/interop_native.ts";
import { answerCase } from "../../kit/suite/answer_case.ts";
import { serveCase } from "../../kit/suite/engine_server.ts";

/** Writes what comes, and reads on when it is taken. */
function echo(transport: ByteTransport): void {
  transport.start({
    receiveBytes(chunk) {
      if (!transport.write([chunk.slice()])) transport.pause();
    },
    receiveEnd: () => transport.end(),
    drained: () => transport.resume(),
    closed: () => {},
  });
  transport.resume();
}

/** Both ends of a connection of workerd's own. */
declare const WebSocketPair: new () => {
  readonly 0: NativeSocket;
  readonly 1: NativeSocket & { accept(): void };
};

function upgrade(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/refuse") return createRefusal();
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  serveNative(server, pathname);
  const offered = request.headers.get("Sec-WebSocket-Protocol") ?? "";
  const headers: HeadersInit = offered.includes("chat") ? { "Sec-WebSocket-Protocol": "chat" } : {};
  const init: ResponseInit & { readonly webSocket: NativeSocket } = {
    status: 101,
    headers,
    webSocket: client,
  };
  return new Response(null, init);
}

/** What is used of what a handler is given. */
interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

/** A case of the shared suite. */
async function upgradeCase(request: Request, context: Context): Promise<Response> {
  const { upgrade, done } = await answerCase(
    request.url,
    (options) => upgradeWebSocket(request, options as NativeUpgradeOptions),
  );
  context.waitUntil(done);
  return upgrade.response;
}

/** A class of Durable Objects. */
interface Namespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(request: Request): Promise<Response> };
}

interface Environment {
  readonly ROOM: Namespace;
  readonly SUITE_ROOM: Namespace;
}

const worker: {
  fetch(request: Request, env: unknown, context: Context): Response | Promise<Response>;
  connect(socket: unknown): Promise<void>;
} = {
  fetch(request, env, context) {
    const { pathname, search } = new URL(request.url);
    const { ROOM, SUITE_ROOM } = env as Environment;
    if (pathname === "/room") return ROOM.get(ROOM.idFromName(search)).fetch(request);
    // Sockets of one request are no use to another, but those of one object are.
    if (pathname.startsWith("/hub/")) return ROOM.get(ROOM.idFromName("hub")).fetch(request);
    if (pathname.startsWith("/hibernating/")) {
      return SUITE_ROOM.get(SUITE_ROOM.idFromName(pathname)).fetch(request);
    }
    if (pathname.startsWith("/case/")) return upgradeCase(request, context);
    return upgrade(request);
  },
  connect: (socket) => serveSocket(socket as CloudflareSocket, echo),
};

export default worker;

/** The engine as a subject of the shared suite. */
export const engine: { connect(socket: unknown): Promise<void> } = {
  connect: (socket) => serveSocket(socket as CloudflareSocket, serveCase),
};

export { Room } from "./room.ts";
export { SuiteRoom } from "./suite_room.ts";
