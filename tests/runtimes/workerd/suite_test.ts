import { cloudflareCapabilities, cloudflareTransport } from "../../../src/runtime/cloudflare.ts";
import { readEnvironment } from "../../kit/read_environment.ts";
import { engineTraits } from "../../kit/suite/engine_server.ts";
import { testServer } from "../../kit/suite/test_server.ts";
import { connectSocket } from "./connect_socket.ts";

async function dial(port: number) {
  const socket = connectSocket(port);
  await socket.opened;
  return cloudflareTransport(socket);
}

/** The server is this worker itself, by another request. */
const reach = (url: string) => () => Promise.resolve({ url, stop() {} });

testServer({
  name: "Cloudflare's fetch handler",
  traits: { ...cloudflareCapabilities, keepalive: false, utf8: false },
  dial,
  start: reach(readEnvironment("WORKERD_URL")!.replace("http:", "ws:").replace(/\/$/, "")),
});

testServer({
  name: "the engine over Cloudflare's connect handler",
  traits: engineTraits,
  dial,
  start: reach(`ws://${readEnvironment("WORKERD_ENGINE")}`),
});
