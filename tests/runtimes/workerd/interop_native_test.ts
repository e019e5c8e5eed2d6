import { cloudflareTransport } from "../../../src/runtime/cloudflare.ts";
import { type InteropClient, testInterop } from "../../kit/interop_cases.ts";
import { connectNative } from "../../kit/interop_native.ts";
import { connectWeft, weftClientFacts, weftServerFacts } from "../../kit/interop_weft.ts";
import { findPeers, readEnvironment } from "../../kit/read_environment.ts";
import { connectSocket } from "./connect_socket.ts";

async function connectOverSocket(url: string, protocols?: string[]): Promise<InteropClient> {
  return await connectWeft(url, cloudflareTransport(connectSocket(Number(new URL(url).port))), protocols);
}

testInterop(
  "our client over cloudflare:sockets at workerd's WebSocketPair",
  { ...weftClientFacts, serverPings: false, tellsClosings: false },
  () => {
    const base = readEnvironment("WORKERD_URL")!.replace("http:", "ws:").replace(/\/$/, "");
    return { connect: (path, protocols) => connectOverSocket(`${base}${path}`, protocols) };
  },
);

testInterop(
  "our client over cloudflare:sockets at our server over Deno.listen",
  { ...weftClientFacts, ...weftServerFacts },
  () => ({ connect: (path, protocols) => connectOverSocket(`${findPeers().weft}${path}`, protocols) }),
);

testInterop(
  "workerd's WebSocket at our server over Deno.listen",
  { emptyClose: 1005, tellsRefusal: false, clientPings: false, ...weftServerFacts },
  () => ({
    connect: (path, protocols = []) => connectNative(new WebSocket(`${findPeers().weft}${path}`, protocols)),
  }),
);
