// The demo on Bun: its page and its hub on one port, by `Bun.listen` and this engine.
// Run, after `deno install`: bun examples/demo_bun.ts
import { type BunSocket, type BunSocketOptions, bunSocketOptions } from "@weft/websocket/bun";
import { Demo } from "./demo/demo.ts";

/** What is used of a socket of Bun's. */
interface Socket extends BunSocket {
  readonly remoteAddress: string;
}

/** What is used of `Bun`, for those who check types without it. */
declare const Bun: {
  readonly version: string;
  listen(
    options: BunSocketOptions<Socket> & { hostname: string; port: number },
  ): { readonly port: number; stop(): void };
};

const demo = await Demo.start(`Bun ${Bun.version}`);
try {
  const listener = Bun.listen({
    hostname: "0.0.0.0",
    port: demo.port,
    ...bunSocketOptions<Socket>((transport, { remoteAddress }) => demo.serve(transport, remoteAddress)),
  });
  demo.run(listener.port, () => listener.stop());
} catch (error) {
  const { message, code } = error as Error & { readonly code: string };
  Demo.fail(`${message}, ${code}`);
}
