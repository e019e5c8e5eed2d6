import { createMemoryTransports } from "../../src/connection/memory_transport.ts";
import type { ByteTransport } from "../../src/connection/byte_transport.ts";
import { testTransportContract, type TransportPeer } from "../kit/transport_contract.ts";

/** What a network holds on its way. */
const capacity = 65536;

/** The other transport of a pair as a plain peer, with a network's buffers, which memory does without. */
function createPeer(transport: ByteTransport): TransportPeer {
  const incoming: Uint8Array[] = [];
  const outgoing: (Uint8Array | undefined)[] = [];
  let waiters: (() => void)[] = [];
  let isWriting = false;
  let isOver = false;
  const sum = (chunks: readonly (Uint8Array | undefined)[]) =>
    chunks.reduce((size, chunk) => size + (chunk?.length ?? 0), 0);
  const change = () => {
    for (const resolve of waiters.splice(0)) resolve();
  };
  const until = async (isMet: () => boolean) => {
    while (!isMet()) await new Promise<void>((resolve) => waiters.push(resolve));
  };
  const end = () => {
    isOver = true;
    change();
  };
  const writeNext = () => {
    while (!isWriting && outgoing.length > 0) {
      const chunk = outgoing.shift();
      if (chunk === undefined) transport.end();
      else isWriting = !transport.write([chunk]);
    }
    change();
  };
  transport.start({
    receiveBytes(chunk) {
      incoming.push(chunk.slice());
      if (sum(incoming) > capacity) transport.pause();
      change();
    },
    receiveEnd: end,
    drained() {
      isWriting = false;
      writeNext();
    },
    closed: end,
  });
  transport.resume();
  return {
    async write(bytes) {
      outgoing.push(bytes.slice());
      writeNext();
      await until(() => sum(outgoing) <= capacity && (!isWriting || bytes.length <= capacity) || isOver);
    },
    async end() {
      outgoing.push(undefined);
      writeNext();
      await undefined;
    },
    async read() {
      await until(() => incoming.length > 0 || isOver);
      transport.resume();
      return incoming.shift();
    },
    close() {
      waiters = [];
      transport.destroy();
    },
  };
}

testTransportContract("createMemoryTransports()", () => {
  const [transport, peer] = createMemoryTransports();
  return Promise.resolve({ transport, peer: createPeer(peer) });
});
