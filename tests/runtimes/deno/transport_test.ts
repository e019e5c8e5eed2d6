import { denoTransport } from "../../../src/runtime/deno.ts";
import { certificate, privateKey } from "../../kit/certificate.ts";
import { testTransportContract, type TransportAndPeer } from "../../kit/transport_contract.ts";
import { createConnPeer } from "./conn_peer.ts";

async function openTcp(): Promise<TransportAndPeer> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [conn, peer] = await Promise.all([listener.accept(), Deno.connect({ port: listener.addr.port })]);
  return { transport: denoTransport(conn), peer: createConnPeer(peer) };
}

async function openTls(): Promise<TransportAndPeer> {
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: certificate, key: privateKey });
  const { port } = listener.addr;
  const [conn, peer] = await Promise.all([
    listener.accept(),
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [certificate] }),
  ]);
  // Before its handshake a connection has no bytes to lose, and closing it is no end to its peer.
  await Promise.all([conn.handshake(), peer.handshake()]);
  return { transport: denoTransport(conn), peer: createConnPeer(peer) };
}

async function openUnix(): Promise<TransportAndPeer> {
  const path = `${await Deno.makeTempDir()}/socket`;
  using listener = Deno.listen({ transport: "unix", path });
  const [conn, peer] = await Promise.all([listener.accept(), Deno.connect({ transport: "unix", path })]);
  return { transport: denoTransport(conn), peer: createConnPeer(peer) };
}

testTransportContract("denoTransport() of a TCP connection", openTcp);
testTransportContract("denoTransport() of a TLS connection", openTls);
testTransportContract("denoTransport() of a Unix connection", openUnix);
