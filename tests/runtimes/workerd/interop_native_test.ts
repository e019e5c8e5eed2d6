import { cloudflareTransport } from "../../../src/runtime/cloudflare.ts";
import { type InteropClient, testInterop } from "../../kit/interop_cases.ts";
import { connectNative } from "../../kit/interop_native.ts";
import { connectWeft, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";
import { findPeers, readEnvironment } from "../../kit/read_environment.ts";
import { connectSocket } from "./connect_socket.ts";

async function connectOverSocket(
  url: string,
  compresses: boolean,
  protocols?: string[],
): Promise<InteropClient> {
  const transport = cloudflareTransport(connectSocket(Number(new URL(url).port)));
  return await connectWeft(url, transport, compresses, protocols);
}

testInterop(
  "our client over cloudflare:sockets at workerd's WebSocketPair",
  { compresses: true, ...weftClientFacts, serverPings: false, tellsClosings: false },
  (compresses) => {
    const base = readEnvironment("WORKERD_URL")!.replace("http:", "ws:").replace(/\/$/, "");
    return { connect: (path, protocols) => connectOverSocket(`${base}${path}`, compresses, protocols) };
  },
);

testInterop(
  "our client over cloudflare:sockets at our server over Deno.listen",
  { compresses: true, ...weftClientFacts, ...weftServerFacts },
  (compresses) => ({
    connect: (path, protocols) =>
      connectOverSocket(
        `${compresses ? findPeers().weft : findPeers().plainWeft}${path}`,
        compresses,
        protocols,
      ),
  }),
);

testInterop(
  "workerd's WebSocket at our server over Deno.listen",
  { compresses: true, emptyClose: 1005, tellsRefusal: false, clientPings: false, ...weftServerFacts },
  (compresses) => ({
    connect: (path, protocols = []) =>
      connectNative(
        new WebSocket(`${compresses ? findPeers().weft : findPeers().plainWeft}${path}`, protocols),
      ),
  }),
);
