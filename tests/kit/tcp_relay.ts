/**
 * A TCP server that joins its connections two by two, for tests on runtimes that connect but do not listen: both ends
 * are in the test's hands. Runs on Deno.
 *
 * @module
 */

/** Starts the relay; returns its port. */
export function startTcpRelay(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for (;;) {
      const [first, second] = [await listener.accept(), await listener.accept()];
      Promise.all([pump(first, second), pump(second, first)]).catch(() => {}).finally(() => {
        first.close();
        second.close();
      });
    }
  })();
  return listener.addr.port;
}

/** Carries bytes and then the end; what breaks off ends both connections. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let length; (length = await from.read(buffer)) !== null;) {
    let rest = buffer.subarray(0, length);
    while (rest.length > 0) rest = rest.subarray(await to.write(rest));
  }
  await to.closeWrite();
}
