import { connectNative, createRefusal, serveNative } from "../../kit/interop_native.ts";
import { testInterop } from "../../kit/interop_cases.ts";
import { connectWeft, serveInterop, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";

const loopback = { hostname: "127.0.0.1", port: 0 };
const key = { cert: certificate, key: privateKey };

async function serve(listener: Deno.Listener, compresses: boolean): Promise<void> {
  for await (const conn of listener) void serveInterop(denoTransport(conn), compresses);
}

testInterop(
  "Deno's WebSocket at our server over Deno.listen",
  { compresses: false, emptyClose: 1005, tellsRefusal: false, clientPings: false, ...weftServerFacts },
  (compresses) => {
    const listener = Deno.listen(loopback);
    void serve(listener, compresses);
    return {
      connect: (path, protocols) =>
        connectNative(new WebSocket(`ws://127.0.0.1:${listener.addr.port}${path}`, protocols ?? [])),
      stop: () => listener.close(),
    };
  },
);

testInterop(
  "our client over Deno.connectTls at our server over Deno.listenTls",
  { compresses: true, ...weftClientFacts, ...weftServerFacts },
  (compresses) => {
    const listener = Deno.listenTls({ ...loopback, ...key });
    void serve(listener, compresses);
    const { port } = listener.addr;
    return {
      connect: async (path, protocols) => {
        const conn = await Deno.connectTls({ hostname: "localhost", port, caCerts: [certificate] });
        return await connectWeft(
          `wss://localhost:${port}${path}`,
          denoTransport(conn),
          compresses,
          protocols,
        );
      },
      stop: () => listener.close(),
    };
  },
);

function startNative(
  options: Deno.ServeTcpOptions | (Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem),
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ ...options, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/refuse") return createRefusal();
    const offered = request.headers.get("sec-websocket-protocol") ?? "";
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      offered.includes("chat") ? { protocol: "chat" } : {},
    );
    serveNative(socket, pathname);
    return response;
  });
}

const nativeFacts = { compresses: false, ...weftClientFacts, serverPings: false, tellsClosings: false };

testInterop("our client over Deno.connect at Deno.serve", nativeFacts, (compresses) => {
  const server = startNative(loopback);
  const { port } = server.addr;
  return {
    connect: async (path, protocols) =>
      connectWeft(
        `ws://127.0.0.1:${port}${path}`,
        denoTransport(await Deno.connect({ port })),
        compresses,
        protocols,
      ),
    stop: () => server.shutdown(),
  };
});

testInterop("our client over Deno.connectTls at Deno.serve", nativeFacts, (compresses) => {
  const server = startNative({ ...loopback, ...key });
  const { port } = server.addr;
  return {
    connect: async (path, protocols) => {
      const conn = await Deno.connectTls({ hostname: "localhost", port, caCerts: [certificate] });
      return await connectWeft(`wss://localhost:${port}${path}`, denoTransport(conn), compresses, protocols);
    },
    stop: () => server.shutdown(),
  };
});
