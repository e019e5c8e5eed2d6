/**
 * The memory that a socket of Node's has read into, given back when its bytes are used up. Each read takes
 * new memory, and where little else is allocated, the garbage collector frees it by marking all that lives:
 * with messages of 64 KiB, that is a quarter of the time. Knows no transport.
 *
 * @module
 */

/** What is looked at of a stream. */
interface ReadStream {
  listenerCount?(event: "data"): number;
}

/** So many bytes at least: what giving back fewer gains cannot be measured. */
const leastFreed = 16384;

/** Whether a stream is a socket of Node's own. */
const isNodeSocket = findSocketTest();

function findSocketTest(): (stream: ReadStream) => boolean {
  const { navigator, process } = globalThis as {
    navigator?: { readonly userAgent?: string };
    process?: { getBuiltinModule?(name: "node:net"): { Socket: abstract new () => object } };
  };
  // Deno and Bun have sockets of that name, too. Known from Node 22.3 on.
  const isNode = navigator?.userAgent?.startsWith("Node.js/") === true;
  const Socket = isNode ? process?.getBuiltinModule?.("node:net").Socket : undefined;
  return Socket === undefined ? () => false : (stream) => stream instanceof Socket;
}

/** Frees what a stream has read, unless it may be somebody else's, too. Every view of it is empty then. */
export function freeChunk(stream: ReadStream, chunk: Uint8Array): void {
  if (chunk.length < leastFreed) return;
  const buffer = chunk.buffer as ArrayBuffer & { transfer?(newByteLength: number): ArrayBuffer };
  // Of a larger piece of memory, or told to others as well
  if (chunk.length < buffer.byteLength || stream.listenerCount?.("data") !== 1) return;
  if (isNodeSocket(stream)) buffer.transfer?.(0);
}
