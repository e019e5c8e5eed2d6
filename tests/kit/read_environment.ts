/**
 * Facts that the test runner hands to tests on every runtime: an environment variable where there are such, a global
 * object of the bundle in workerd and the browser.
 *
 * @module
 */
import type { Peers } from "./peer_servers.ts";

interface Surroundings {
  readonly testEnvironment?: Readonly<Record<string, string>>;
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** The value of a variable that the test runner set, or `undefined`. */
export function readEnvironment(name: string): string | undefined {
  const { testEnvironment, process } = globalThis as Surroundings;
  return testEnvironment === undefined ? process?.env?.[name] : testEnvironment[name];
}

/** Where the servers of `peer_servers.ts` listen. */
export function findPeers(): Peers {
  const peers = readEnvironment("TEST_PEERS");
  if (peers === undefined) throw new Error("Cannot find peers: run the tests by `deno task test`");
  return JSON.parse(peers);
}
