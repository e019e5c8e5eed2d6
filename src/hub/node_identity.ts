/**
 * How the nodes of a cluster, and the claims that they make, are told apart.
 *
 * @module
 */

/** What no two nodes have in common. */
export function createNode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The node in the identity of a claim: `NODE.NUMBER`. */
export function nodeOf(identity: string): string {
  return identity.slice(0, identity.indexOf("."));
}

/** A promise, and what resolves it. */
export function withResolver<Value = void>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => resolve = done);
  return { promise, resolve };
}
