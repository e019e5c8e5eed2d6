/**
 * The contract of a transport on every kind of stream of `node:` modules, as tests that Node, Deno and Bun share.
 *
 * @module
 */

import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { nodeTransport } from "../../src/runtime/node.ts";
import {
  connectTlsPeer,
  openClientUpgrade,
  openConnecting,
  openHttp2,
  openMemory,
  openTcp,
  openTls,
  openUpgrade,
  upgrade,
} from "./node_transports.ts";
import { Recorder } from "./recorder.ts";
import { testTransportContract, type TransportPeer } from "./transport_contract.ts";

/**
 * Declares the tests.
 *
 * @param tls The other end of a TLS connection, and what a runtime's own fault makes untrue of its TLS sockets.
 */
export function testNodeTransports(
  tls: {
    connectPeer?: (port: number) => Promise<TransportPeer>;
    skipped?: Readonly<Record<string, string>>;
  } = {},
  /** The same of its HTTP/2 streams. */
  skippedHttp2: Readonly<Record<string, string>> = {},
): void {
  testTransportContract("nodeTransport() of a TCP socket", openTcp);
  testTransportContract("nodeTransport() of a connecting TCP socket", openConnecting);
  testTransportContract(
    "nodeTransport() of a TLS socket",
    () => openTls(tls.connectPeer ?? connectTlsPeer),
    tls.skipped,
  );
  testTransportContract("nodeTransport() of an upgraded socket of a server", openUpgrade);
  testTransportContract("nodeTransport() of an upgraded socket of a client", openClientUpgrade);
  testTransportContract("nodeTransport() of an HTTP/2 stream", openHttp2, skippedHttp2);
  testTransportContract("nodeTransport() of a Duplex in memory", openMemory);

  test("nodeTransport() delivers the head of an upgrade before what follows it", async () => {
    const { socket, head, peer } = await upgrade("Hello");
    assertEquals(new TextDecoder().decode(head), "Hello");
    peer.write(", World");
    peer.end();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const transport = nodeTransport(socket, head);
    const recorder = new Recorder(transport);
    recorder.resume();
    await recorder.until(() => recorder.has("end"));
    assertEquals(new TextDecoder().decode(recorder.take()), "Hello, World");
    transport.destroy();
  });

  test("nodeTransport() of a stream that is destroyed already says closed()", async () => {
    const { socket, head } = await upgrade("");
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const recorder = new Recorder(nodeTransport(socket, head));
    await recorder.until(() => recorder.has("closed"));
    assertEquals(recorder.calls, ["closed"]);
  });
}
