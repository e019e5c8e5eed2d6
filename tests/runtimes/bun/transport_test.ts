import { once } from "node:events";
import { test } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { type BunSocket, type BunSocketOptions, bunSocketOptions } from "../../../src/runtime/bun.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { connectTlsPeer } from "../../kit/node_transports.ts";
import { Recorder } from "../../kit/recorder.ts";
import { createSocketPeer } from "../../kit/socket_peer.ts";
import { testTransportContract, type TransportAndPeer } from "../../kit/transport_contract.ts";

/** What these tests use of `Bun`. */
declare const Bun: {
  listen(
    options: BunSocketOptions<BunSocket> & {
      hostname: string;
      port: number;
      data?: unknown;
      tls?: { cert: string; key: string };
    },
  ): { readonly port: number; stop(): void };
  connect(
    options: BunSocketOptions<BunSocket> & {
      hostname: string;
      port: number;
      data?: unknown;
      tls?: { ca: string; serverName: string };
    },
  ): Promise<BunSocket>;
};

async function openAccepted(): Promise<TransportAndPeer> {
  const accepted = Promise.withResolvers<ByteTransport>();
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, ...bunSocketOptions(accepted.resolve) });
  const peer = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  const transport = await accepted.promise;
  server.stop();
  return { transport, peer: createSocketPeer(peer) };
}

async function openConnected(): Promise<TransportAndPeer> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connected = Promise.withResolvers<ByteTransport>();
  const [[peer]] = await Promise.all([
    once(server, "connection"),
    Bun.connect({ hostname: "127.0.0.1", port, ...bunSocketOptions(connected.resolve) }),
  ]);
  server.close();
  return { transport: await connected.promise, peer: createSocketPeer(peer as Socket) };
}

async function openTls(): Promise<TransportAndPeer> {
  const accepted = Promise.withResolvers<ByteTransport>();
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: certificate, key: privateKey },
    ...bunSocketOptions(accepted.resolve),
  });
  const [peer, transport] = await Promise.all([connectTlsPeer(server.port), accepted.promise]);
  server.stop();
  return { transport, peer };
}

testTransportContract("bunSocketOptions() of an accepted TCP socket", openAccepted);
testTransportContract("bunSocketOptions() of a connected TCP socket", openConnected);
testTransportContract("bunSocketOptions() of a TLS socket", openTls);

for (const kind of ["throws", "rejects with"]) {
  test(`bunSocketOptions() destroys a transport with what its handler ${kind}`, async () => {
    const reason = new Error("refused");
    const opened = Promise.withResolvers<Recorder>();
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      ...bunSocketOptions((transport) => {
        opened.resolve(new Recorder(transport));
        if (kind === "throws") throw reason;
        return Promise.reject(reason);
      }),
    });
    const peer = createSocketPeer(connect({ port: server.port, host: "127.0.0.1" }));
    const recorder = await opened.promise;
    await recorder.until(() => recorder.has("closed"));
    assertStrictEquals(recorder.reason, reason);
    assertEquals(await peer.read(), undefined);
    server.stop();
  });
}

test("bunSocketOptions() leaves the data of a socket to the application", async () => {
  const opened = Promise.withResolvers<
    { transport: ByteTransport; socket: BunSocket & { data?: unknown } }
  >();
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    data: "mine",
    ...bunSocketOptions((transport, socket) => opened.resolve({ transport, socket })),
  });
  const peer = createSocketPeer(connect({ port: server.port, host: "127.0.0.1" }));
  const { transport, socket } = await opened.promise;
  assertEquals(socket.data, "mine");
  socket.data = undefined;
  const recorder = new Recorder(transport);
  recorder.resume();
  await peer.write(new Uint8Array(5));
  await recorder.until(() => recorder.received === 5);
  transport.destroy();
  server.stop();
});

test("bunSocketOptions() tells of a reset with its error, and not of the bytes before it while paused", async () => {
  const accepted = Promise.withResolvers<ByteTransport>();
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, ...bunSocketOptions(accepted.resolve) });
  const peer = connect({ port: server.port, host: "127.0.0.1" });
  const recorder = new Recorder(await accepted.promise);
  peer.write(new Uint8Array(5));
  await new Promise((resolve) => setTimeout(resolve, 30));
  peer.resetAndDestroy();
  await recorder.until(() => recorder.has("closed"));
  assertEquals(recorder.calls, ["closed"]);
  assertEquals(recorder.reason instanceof Error, true);
  server.stop();
});
