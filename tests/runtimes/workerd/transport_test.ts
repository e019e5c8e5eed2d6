import { test } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { cloudflareTransport, serveSocket } from "../../../src/runtime/cloudflare.ts";
import { createRandomBytes } from "../../kit/random.ts";
import { findPeers, readEnvironment } from "../../kit/read_environment.ts";
import { Recorder } from "../../kit/recorder.ts";
import { createStreamPeer } from "../../kit/stream_peer.ts";
import { testTransportContract } from "../../kit/transport_contract.ts";
import { connectSocket } from "./connect_socket.ts";

testTransportContract("cloudflareTransport() of a socket", async () => {
  const { tcpRelay } = findPeers();
  const [socket, peer] = [connectSocket(tcpRelay), connectSocket(tcpRelay)];
  await Promise.all([socket.opened, peer.opened]);
  return {
    transport: cloudflareTransport(socket),
    // Cancelling and aborting the streams of a socket does not close it.
    peer: { ...createStreamPeer(peer), close: () => void peer.close() },
  };
});

test("cloudflareTransport() says closed() when nobody listens", async () => {
  const recorder = new Recorder(cloudflareTransport(connectSocket(1)));
  recorder.resume();
  await recorder.until(() => recorder.has("closed"));
  assertEquals(recorder.calls, ["closed"]);
  assert(recorder.reason instanceof Error);
});

test("serveSocket() keeps a connection until both sides have ended", async () => {
  const port = Number(readEnvironment("WORKERD_TCP")?.split(":")[1]);
  const transport = cloudflareTransport(connectSocket(port));
  const recorder = new Recorder(transport);
  const bytes = createRandomBytes(8 * 1024 * 1024, 1);
  recorder.resume();
  for (let offset = 0; offset < bytes.length; offset += 100_000) {
    await recorder.write(bytes.subarray(offset, offset + 100_000));
  }
  await recorder.until(() => recorder.received === bytes.length);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await recorder.write(new Uint8Array(1));
  await recorder.until(() => recorder.received === bytes.length + 1);
  transport.end();
  await recorder.until(() => recorder.has("end"));
  const echoed = recorder.take();
  assert(bytes.every((byte, index) => byte === echoed[index]));
  transport.destroy();
});

test("serveSocket() destroys the transport and throws on what the application throws", async () => {
  const { tcpRelay } = findPeers();
  const [socket, peer] = [connectSocket(tcpRelay), connectSocket(tcpRelay)];
  const reason = new Error("refused");
  await assertRejects(() => serveSocket(socket, () => Promise.reject(reason)), Error, "refused");
  assertEquals(await createStreamPeer(peer).read().catch(() => undefined), undefined);
});

test("serveSocket() does not wait for a peer that reads nothing once the transport is destroyed", async () => {
  const { tcpRelay } = findPeers();
  const [socket, peer] = [connectSocket(tcpRelay), connectSocket(tcpRelay)];
  await peer.opened;
  await serveSocket(socket, (transport) => {
    const recorder = new Recorder(transport);
    recorder.write(new Uint8Array(16 * 1024 * 1024));
    setTimeout(() => transport.destroy(), 30);
  });
  await peer.close();
});
