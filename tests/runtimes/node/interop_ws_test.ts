import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from "node:net";
import process from "node:process";
import type { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { WebSocket, WebSocketServer } from "ws";
import { HandshakeRequest } from "../../../mod.ts";
import { nodeTransport } from "../../../src/runtime/node.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { type InteropClient, type InteropPair, Refusal, testInterop } from "../../kit/interop_cases.ts";
import { connectNative, serveNative } from "../../kit/interop_native.ts";
import { connectWeft, serveInterop, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";

const key = { cert: certificate, key: privateKey };

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Our server on the 'upgrade' event of a server. */
function serveUpgrade(
  compresses: boolean,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
): void {
  const { method = "", url = "", headers } = incoming;
  const request = new HandshakeRequest({ method, target: url, headers: headers as Record<string, string> });
  void serveInterop(nodeTransport(socket, head), compresses, request);
}

const listeners: Record<string, (compresses: boolean) => Server> = {
  "the 'upgrade' event of node:http": (compresses) =>
    createServer().on("upgrade", (...given) => serveUpgrade(compresses, ...given)),
  "node:net": (compresses) =>
    createTcpServer((socket) => void serveInterop(nodeTransport(socket), compresses)),
  "node:tls": (compresses) =>
    createTlsServer(key, (socket) => void serveInterop(nodeTransport(socket), compresses)),
};

/** A client of `ws`: more of it than the WHATWG's interface. */
async function connectWs(url: string, protocols: string[]): Promise<InteropClient> {
  const socket = new WebSocket(url, protocols, { ca: certificate });
  const refused = new Promise<never>((_resolve, reject) => {
    socket.on("unexpected-response", async (_request, response: IncomingMessage) => {
      let body = "";
      for await (const chunk of response.setEncoding("utf8")) body += chunk;
      reject(new Refusal(response.statusCode, body));
    });
  });
  const client = await Promise.race([connectNative(socket), refused]);
  return {
    ...client,
    send(message) {
      const part = 64 * 1024;
      if (typeof message === "string" || message.length < 1024 * 1024) {
        client.send(message);
        return;
      }
      for (let at = 0; at < message.length; at += part) {
        socket.send(message.subarray(at, at + part), { fin: at + part >= message.length });
      }
    },
    ping: () => {
      socket.ping("still there?");
      return once(socket, "pong");
    },
  };
}

for (const [name, createListener] of Object.entries(listeners)) {
  const scheme = name === "node:tls" ? "wss" : "ws";

  const open = async (connectTo: typeof connectWs, compresses: boolean): Promise<InteropPair> => {
    const server = createListener(compresses);
    const port = await listen(server);
    return {
      connect: (path, protocols = []) => connectTo(`${scheme}://localhost:${port}${path}`, protocols),
      stop: () => server.close(),
    };
  };

  testInterop(
    `ws at our server over ${name}`,
    { compresses: true, emptyClose: 1005, tellsRefusal: true, clientPings: true, ...weftServerFacts },
    (compresses) => open(connectWs, compresses),
  );
  if (scheme === "wss") continue;
  testInterop(
    `Node's WebSocket at our server over ${name}`,
    { compresses: true, emptyClose: 1005, tellsRefusal: false, clientPings: false, ...weftServerFacts },
    (compresses) =>
      open((url, protocols) => connectNative(new globalThis.WebSocket(url, protocols)), compresses),
    "WebSocket" in globalThis ? undefined : `Node ${process.versions.node} has no WebSocket of its own`,
  );
}

/** A server of `ws`, behind a server of Node's. */
async function openWsServer(isSecure: boolean, compresses: boolean): Promise<InteropPair> {
  const server = isSecure ? createHttpsServer(key) : createServer();
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: true,
    handleProtocols: (protocols) => protocols.has("chat") && "chat",
  });
  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    const path = request.url ?? "";
    if (path === "/refuse") {
      const body = "who are you?";
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    webSockets.handleUpgrade(request, socket, head, async (webSocket) => {
      serveNative(webSocket, path);
      if (path !== "/ping") return;
      webSocket.ping("still there?");
      await once(webSocket, "pong");
      webSocket.send("pong");
    });
  });
  const port = await listen(server);
  return {
    connect: async (path, protocols) => {
      const socket = isSecure
        ? connectTls({ port, host: "localhost", ca: certificate })
        : connect({ port, host: "127.0.0.1" });
      const scheme = isSecure ? "wss" : "ws";
      return await connectWeft(
        `${scheme}://localhost:${port}${path}`,
        nodeTransport(socket),
        compresses,
        protocols,
      );
    },
    stop: () => server.close(),
  };
}

const facts = { compresses: true, ...weftClientFacts, serverPings: true, tellsClosings: false };
testInterop(
  "our client over node:net at a server of ws",
  facts,
  (compresses) => openWsServer(false, compresses),
);
testInterop(
  "our client over node:tls at a server of ws",
  facts,
  (compresses) => openWsServer(true, compresses),
);
