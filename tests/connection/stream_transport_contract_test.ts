import { toByteTransport } from "../../src/connection/stream_transport.ts";
import { createTransportPair, type LinkOptions, randomSizes } from "../../src/testing/mod.ts";
import { createStreamPeer } from "../kit/stream_peer.ts";
import { testTransportContract } from "../kit/transport_contract.ts";

function testPair(name: string, options: LinkOptions): void {
  testTransportContract(`toByteTransport() of ${name}`, () => {
    const [transport, peer] = createTransportPair(options);
    return Promise.resolve({ transport: toByteTransport(transport), peer: createStreamPeer(peer) });
  });
}

testPair("a pair of streams", {});
testPair("a pair of streams in small and empty chunks", {
  chunkSizes: randomSizes(1, 60_000),
  emptyChunks: true,
});
