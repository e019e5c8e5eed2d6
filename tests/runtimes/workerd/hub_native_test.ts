import { cloudflareCapabilities, cloudflareTransport } from "../../../src/runtime/cloudflare.ts";
import { testNativeHub } from "../../kit/hub_native_cases.ts";
import { readEnvironment } from "../../kit/read_environment.ts";
import { connectSocket } from "./connect_socket.ts";

testNativeHub({
  name: "a hub in a Durable Object, by its fetch handler",
  tellsQueue: cloudflareCapabilities.sendBackpressure,
  async dial(port) {
    const socket = connectSocket(port);
    await socket.opened;
    return cloudflareTransport(socket);
  },
  // The server is this worker itself, by another request.
  start: () =>
    Promise.resolve({
      url: readEnvironment("WORKERD_URL")!.replace("http:", "ws:").replace(/\/$/, ""),
      stop() {},
    }),
});
