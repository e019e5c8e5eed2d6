/**
 * `connect()` of `cloudflare:sockets`, which no other runtime can resolve.
 *
 * @module
 */

import type { CloudflareSocket } from "../../../src/runtime/cloudflare.ts";

interface Sockets {
  connect(
    address: { readonly hostname: string; readonly port: number },
    options: { readonly allowHalfOpen: boolean },
  ): CloudflareSocket;
}

// A name in a variable is left to the runtime by whoever checks types or bundles.
const moduleName = "cloudflare:sockets";
const { connect }: Sockets = await import(moduleName);

/** A socket to a port of 127.0.0.1, half open if need be. */
export function connectSocket(port: number): CloudflareSocket {
  return connect({ hostname: "127.0.0.1", port }, { allowHalfOpen: true });
}
