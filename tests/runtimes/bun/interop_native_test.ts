import { type BunSocket, type BunSocketOptions, bunSocketOptions } from "../../../src/runtime/bun.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { type InteropClient, testInterop } from "../../kit/interop_cases.ts";
import { connectNative, createRefusal } from "../../kit/interop_native.ts";
import { connectWeft, serveInterop, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";

/** A WebSocket of `Bun.serve`. */
interface BunWebSocket {
  readonly data: { readonly path: string };
  send(message: string | Uint8Array): unknown;
  ping(): unknown;
  close(code: number, reason: string): void;
}

/** What these tests use of `Bun`. */
declare const Bun: {
  listen(
    options: BunSocketOptions<BunSocket> & {
      hostname: string;
      port: number;
      tls?: { cert: string; key: string };
    },
  ): { readonly port: number; stop(): void };
  connect(
    options: BunSocketOptions<BunSocket> & { hostname: string; port: number; tls?: { ca: string } },
  ): Promise<BunSocket>;
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      perMessageDeflate: boolean;
      open(socket: BunWebSocket): void;
      message(socket: BunWebSocket, message: string | Uint8Array): void;
      pong(socket: BunWebSocket): void;
    };
  }): BunServer;
};

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { data: unknown; headers: Record<string, string> }): boolean;
  stop(): Promise<void>;
}

const loopback = { hostname: "127.0.0.1", port: 0 };

/** Bun's own client, which can ping. */
async function connectBun(url: string, protocols: string[]): Promise<InteropClient> {
  const socket = new WebSocket(url, protocols) as WebSocket & { ping(): void };
  const client = await connectNative(socket);
  return {
    ...client,
    ping() {
      socket.ping();
      return new Promise((resolve) => socket.addEventListener("pong", resolve, { once: true }));
    },
  };
}

testInterop(
  "Bun's WebSocket at our server over Bun.listen",
  { compresses: true, emptyClose: 1005, tellsRefusal: false, clientPings: true, ...weftServerFacts },
  (compresses) => {
    const server = Bun.listen({
      ...loopback,
      ...bunSocketOptions((transport) => serveInterop(transport, compresses)),
    });
    return {
      connect: (path, protocols = []) => connectBun(`ws://127.0.0.1:${server.port}${path}`, protocols),
      stop: () => server.stop(),
    };
  },
);

testInterop(
  "our client over Bun.connect with TLS at our server over Bun.listen",
  { compresses: true, ...weftClientFacts, ...weftServerFacts },
  (compresses) => {
    const server = Bun.listen({
      ...loopback,
      tls: { cert: certificate, key: privateKey },
      ...bunSocketOptions((transport) => serveInterop(transport, compresses)),
    });
    return {
      connect: (path, protocols) =>
        connectOverBun(`wss://localhost:${server.port}${path}`, compresses, protocols, {
          tls: { ca: certificate },
        }),
      stop: () => server.stop(),
    };
  },
);

/** Our client over `Bun.connect`. */
async function connectOverBun(
  url: string,
  compresses: boolean,
  protocols: string[] | undefined,
  options: { tls?: { ca: string } } = {},
): Promise<InteropClient> {
  const { hostname, port } = new URL(url);
  const connected = Promise.withResolvers<ByteTransport>();
  await Bun.connect({ hostname, port: Number(port), ...options, ...bunSocketOptions(connected.resolve) });
  return await connectWeft(url, await connected.promise, compresses, protocols);
}

testInterop(
  "our client over Bun.connect at Bun.serve",
  { compresses: true, ...weftClientFacts, serverPings: true, tellsClosings: false },
  (compresses) => {
    const server = Bun.serve({
      ...loopback,
      fetch(request, server) {
        const path = new URL(request.url).pathname;
        if (path === "/refuse") return createRefusal();
        const offered = request.headers.get("sec-websocket-protocol") ?? "";
        const headers: Record<string, string> = offered.includes("chat")
          ? { "Sec-WebSocket-Protocol": "chat" }
          : {};
        server.upgrade(request, { data: { path }, headers });
        return;
      },
      websocket: {
        perMessageDeflate: true,
        open(socket) {
          if (socket.data.path === "/ping") socket.ping();
        },
        message(socket, message) {
          if (socket.data.path === "/close") socket.close(4001, "enough");
          else socket.send(message);
        },
        pong: (socket) => void socket.send("pong"),
      },
    });
    return {
      connect: (path, protocols) =>
        connectOverBun(`ws://127.0.0.1:${server.port}${path}`, compresses, protocols),
      stop: () => server.stop(),
    };
  },
);
