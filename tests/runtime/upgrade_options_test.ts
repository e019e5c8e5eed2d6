import { test } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { AcceptOptions, ConnectOptions } from "@weft/websocket";
import { type BunUpgradeOptions, upgradeWebSocket as upgradeOnBun } from "@weft/websocket/bun";
import {
  type CloudflareUpgradeOptions,
  HibernatingWebSockets,
  type HibernationOptions,
  type NativeOptions,
  upgradeWebSocket as upgradeOnCloudflare,
} from "@weft/websocket/cloudflare";
import { type DenoUpgradeOptions, type NativeUpgradeOptions, upgradeWebSocket } from "@weft/websocket/deno";
import { systemClock } from "../../src/connection/clock.ts";

type Values<Name extends PropertyKey> = { readonly [Each in Name]: unknown };
/** What a runtime's type leaves out of the options that some runtime has. */
type Without<Options> = Values<Exclude<keyof NativeUpgradeOptions, keyof Options>>;

const limits = { maxMessageSize: 1000, closeTimeout: 1000, clock: systemClock };
const shared = {
  ...limits,
  protocols: ["chat"],
  headers: {},
  authorize() {},
  origins: "*",
  handshakeTimeout: 1000,
  onMessage() {},
  signal: new AbortController().signal,
} as const;
const sending = { sendHighWaterMark: 1000, maxSendQueue: 1000 };
const pings = { pingInterval: 1000, pingTimeout: 1000 };
const unread = { maxReceiveQueue: 1000 };
const reading = { receiveHighWaterMark: 1000 };

const onDeno: Required<DenoUpgradeOptions> = { ...shared, ...sending, ...pings, ...unread };
const notOnDeno: Without<DenoUpgradeOptions> = reading;
const onBun: Required<BunUpgradeOptions> = { ...shared, ...sending, ...pings, ...reading };
const notOnBun: Without<BunUpgradeOptions> = unread;
const onCloudflare: Required<CloudflareUpgradeOptions> = { ...shared, ...unread };
const notOnCloudflare: Without<CloudflareUpgradeOptions> = { ...sending, ...pings, ...reading };
const hibernating: Required<HibernationOptions<unknown>> = {
  ...limits,
  ...unread,
  onMessage() {},
  onClose() {},
};
const notHibernating: Values<Exclude<keyof NativeOptions, keyof HibernationOptions<unknown> | "signal">> =
  notOnCloudflare;

/** What accepting and connecting have over bytes, and nothing else has. */
const overBytes: Values<Exclude<keyof AcceptOptions | keyof ConnectOptions, keyof NativeUpgradeOptions>> = {
  fragmentSize: 1000,
  maxFragments: 1000,
  onFrame() {},
  onHead() {},
  onRequest() {},
  extensions: [],
  keepAlive: true,
  secure: true,
  request: {},
  head: new Uint8Array(1),
  maxHeaderLine: 1000,
  maxHeaders: 10,
  maxHeadSize: 1000,
};

type Upgrade = (options: object) => Promise<{ readonly error?: { readonly status: number } | undefined }>;
const request = new Request("http://example.com/");
const bun = { upgrade: () => false, publish: () => 0 };

const runtimes: Readonly<Record<string, readonly [Upgrade, taken: object, refused: object]>> = {
  Deno: [(options) => upgradeWebSocket(request, options), onDeno, notOnDeno],
  Bun: [(options) => upgradeOnBun(request, bun, options), onBun, notOnBun],
  Cloudflare: [(options) => upgradeOnCloudflare(request, options), onCloudflare, notOnCloudflare],
};

for (const [name, [upgrade, taken, refused]] of Object.entries(runtimes)) {
  test(`upgradeWebSocket() on ${name} takes every option that its type has`, async () => {
    assertEquals((await upgrade(taken)).error?.status, 426);
  });

  test(`upgradeWebSocket() on ${name} refuses each option that its type leaves out`, async () => {
    for (const [option, value] of Object.entries({ ...refused, ...overBytes })) {
      await assertRejects(() => upgrade({ [option]: value }), TypeError, option);
    }
  });
}

test("upgradeWebSocket() on Deno has one time for pingInterval and pingTimeout", async () => {
  for (const options of [{ pingInterval: 1000, pingTimeout: 2000 }, { pingTimeout: 1000 }]) {
    await assertRejects(() => upgradeWebSocket(request, options), TypeError, "pingTimeout");
  }
  assertEquals((await upgradeWebSocket(request, { pingInterval: 1000 })).error?.status, 426);
});

test("HibernatingWebSockets takes every option that its type has, and refuses what no Durable Object could do", () => {
  const context = { acceptWebSocket() {}, getWebSockets: () => [], getTags: () => [] };
  new HibernatingWebSockets(context, hibernating);
  for (const [option, value] of Object.entries({ ...notHibernating, ...overBytes })) {
    assertThrows(
      () => new HibernatingWebSockets(context, { onMessage() {}, [option]: value }),
      TypeError,
      option,
    );
  }
});
