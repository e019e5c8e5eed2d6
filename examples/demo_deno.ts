// The demo on Deno: its page and its hub on one port, by `Deno.listen` and this engine.
// Run: deno task demo, which is deno run -A examples/demo_deno.ts with fewer permissions.
import { denoTransport } from "@weft/websocket/deno";
import { Demo } from "./demo/demo.ts";

const demo = await Demo.start(`Deno ${Deno.version.deno}`);
const listener = listen();
let isStopping = false;
demo.run(listener.addr.port, () => {
  isStopping = true;
  listener.close();
});

function listen(): Deno.TcpListener {
  try {
    return Deno.listen({ port: demo.port });
  } catch (error) {
    Demo.fail((error as Error).message);
  }
}

while (!isStopping) {
  try {
    const conn = await listener.accept();
    void demo.serve(denoTransport(conn), conn.remoteAddr.hostname);
  } catch (error) {
    // A client that was gone before it was accepted; or the end.
    if (isStopping || error instanceof Deno.errors.NotConnected) continue;
    console.error(`Cannot accept a connection: ${(error as Error).message}`);
    // Too many open files, say: some will be closed.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
