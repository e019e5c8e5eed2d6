import {
  cloudflareCapabilities,
  cloudflareTransport,
  type OpenOptions,
  openWebSocket,
} from "../../../src/runtime/cloudflare.ts";
import { readEnvironment } from "../../kit/read_environment.ts";
import { engineTraits } from "../../kit/suite/engine_server.ts";
import type { SuiteTraits } from "../../kit/suite/suite_case.ts";
import { testClient } from "../../kit/suite/test_client.ts";
import { testOpenedSocket } from "../../kit/suite/test_open_web_socket.ts";
import { testServer } from "../../kit/suite/test_server.ts";
import { connectSocket } from "./connect_socket.ts";

async function dial(port: number) {
  const socket = connectSocket(port);
  await socket.opened;
  return cloudflareTransport(socket);
}

/** The server is this worker itself, by another request. */
const reach = (url: string) => () => Promise.resolve({ url, stop() {} });

const url = readEnvironment("WORKERD_URL")!.replace("http:", "ws:");

const traits: SuiteTraits = {
  ...cloudflareCapabilities,
  keepalive: false,
  utf8: false,
  faults: true,
  receiving: true,
};

testServer({ name: "Cloudflare's fetch handler", traits, dial, start: reach(url.replace(/\/$/, "")) });

testServer({
  name: "Cloudflare's hibernating sockets",
  traits: { ...traits, receiving: false },
  dial,
  // workerd keeps the TCP connection of whom it has closed until the object sleeps, ten seconds later.
  connectOptions: { closeTimeout: 500 },
  start: reach(`${url}hibernating`),
});

testServer({
  name: "the engine over Cloudflare's connect handler",
  traits: engineTraits,
  dial,
  start: reach(`ws://${readEnvironment("WORKERD_ENGINE")}`),
});

testClient({
  name: "the engine over cloudflare:sockets",
  traits: engineTraits,
  connect: (url, options) => openWebSocket(url, { ...options as OpenOptions, over: "sockets" }),
});

testClient({
  name: "Cloudflare's fetch",
  traits,
  connect: (url, options) => openWebSocket(url, { ...options as OpenOptions, over: "fetch" }),
});

testOpenedSocket("Cloudflare's", "WebSocket", { sendBackpressure: false, utf8: false });
