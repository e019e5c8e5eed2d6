import { certificate } from "../../kit/certificate.ts";
import { testNodeTransports } from "../../kit/node_transport_contract.ts";
import { createConnPeer } from "./conn_peer.ts";

const losesEnd =
  "Deno's node:tls loses an end that comes while the socket is paused; Deno.listenTls does not";

testNodeTransports({
  connectPeer: async (port) => {
    const peer = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [certificate] });
    await peer.handshake();
    return createConnPeer(peer);
  },
  skipped: {
    "stops at once when pause() is called with a chunk in hand": losesEnd,
    // Now and then, on a busy machine.
    "stops a peer that writes while it is paused":
      "Deno's node:tls reads on while the socket is paused; Deno.listenTls does not",
    "carries 8 MiB each way at once under pauses at random": losesEnd,
  },
}, {
  // A WebSocket reads its peer's end before it has ended both sides.
  "carries 8 MiB each way at once under pauses at random":
    "Deno's node:http2 may lose what was not read of a stream once both sides have ended it",
});
