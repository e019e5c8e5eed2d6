import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { prepareMessage } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import type { EngineOptions } from "../../src/protocol/engine_options.ts";
import type { FrameInfo } from "../../src/protocol/frame_info.ts";
import { WebSocketEngine } from "../../src/protocol/web_socket_engine.ts";
import { countAllocations } from "../kit/count_allocations.ts";
import { concat, decodeFrames, sameBytes } from "../kit/frames.ts";
import { describeFrame } from "../kit/frame_lines.ts";
import { createRandom, createRandomBytes } from "../kit/random.ts";
import { ToyCodec } from "../kit/toy_codec.ts";

function createServers(count: number, options: () => Partial<EngineOptions> = () => ({})): WebSocketEngine[] {
  return Array.from({ length: count }, () => new WebSocketEngine({ role: "server", ...options() }));
}

/** A codec without context takeover. */
function createCodec() {
  return permessageDeflate({ threshold: 0, sendTakeover: false }).accept([])!.createCodec();
}

function takeLines(engine: WebSocketEngine): string[] {
  return decodeFrames(concat(engine.takeOutput())).map(describeFrame);
}

for (const [kind, options] of [["", undefined], ["compressed ", () => ({ codec: createCodec() })]] as const) {
  test(`servers give out the same bytes of ${kind}messages to all, however many in a turn`, () => {
    const servers = createServers(3, options);
    for (const count of [1, 2, 3, 20]) {
      for (let index = 0; index < count; index++) {
        const data = index % 2 === 0 ? `text ${index}` : createRandomBytes(3 * index, index);
        const message = prepareMessage(data);
        for (const server of servers) assertEquals(server.send(message), false);
      }
      const [[first], ...others] = servers.map((server) => server.takeOutput()) as [
        Uint8Array[],
        ...Uint8Array[][],
      ];
      for (const chunks of others) {
        assertEquals(chunks.length, 1);
        assertStrictEquals(chunks[0], first);
      }
      const frames = decodeFrames(first!);
      assertEquals(frames.length, count);
      assertEquals(frames.map(({ rsv }) => rsv), Array(count).fill(kind === "" ? 0 : 4));
    }
  });
}

test("a message to many keeps its place between those to one, control frames and a Close", () => {
  const [one, other] = createServers(2) as [WebSocketEngine, WebSocketEngine];
  const toAll = (text: string) => {
    const message = prepareMessage(text);
    one.send(message);
    other.send(message);
  };
  toAll("1");
  one.send("mine");
  toAll("2");
  other.ping(Uint8Array.of(65));
  toAll("3");
  toAll("4");
  other.close(1000);
  assertEquals(takeLines(one), ["text 1", "text mine", "text 2", "text 3", "text 4"]);
  assertEquals(takeLines(other), ["text 1", "text 2", "ping A", "text 3", "text 4", "close 1000"]);
});

test("a message to many that comes twice to one connection leaves twice", () => {
  const servers = createServers(2);
  const message = prepareMessage("again");
  for (const server of servers) {
    for (let count = 0; count < 3; count++) server.send(message);
    assertEquals(server.queuedBytes, 3 * 7);
    assertEquals(takeLines(server), Array(3).fill("text again"));
  }
});

test("a message to many is masked by clients, and cut where fragments are asked for", () => {
  const message = prepareMessage("Hello");
  const [server] = createServers(1) as [WebSocketEngine];
  server.send(message, { fragmentSize: 3 });
  server.send(message);
  assertEquals(takeLines(server), ["text+ Hel", "continuation lo", "text Hello"]);
  const client = new WebSocketEngine({ role: "client" });
  client.send(message);
  const [frame] = decodeFrames(concat(client.takeOutput()));
  assert(frame!.key !== undefined);
  assertEquals(describeFrame(frame!), "text Hello");
});

test("a tap of any message's frames finds the message counted", () => {
  for (const data of ["Hello", new Uint8Array(3), new Uint8Array(20_000)]) {
    for (const message of [data, prepareMessage(data)]) {
      for (const fragmentSize of [0, 2]) {
        const seen = new Set<number>();
        const engine: WebSocketEngine = new WebSocketEngine({
          role: "server",
          onFrame: () => seen.add(engine.counts.messagesSent),
        });
        engine.send(message, { fragmentSize });
        engine.ping();
        assertEquals([...seen], [1]);
      }
    }
  }
});

test("a tap and the counts see a message to many as any other", () => {
  const infos: FrameInfo[][] = [[], []];
  const [one, other] = infos.map((seen) =>
    new WebSocketEngine({ role: "server", codec: createCodec(), onFrame: (info) => seen.push(info) })
  ) as [WebSocketEngine, WebSocketEngine];
  for (const data of ["Hello", new Uint8Array(300), new Uint8Array(70_000)]) {
    one.send(prepareMessage(data));
    other.send(data);
  }
  assertEquals(infos[0], infos[1]);
  assertEquals(one.counts, other.counts);
});

test("messages to many and to one, on all sides and in any order, arrive as they were sent", () => {
  const random = createRandom(5);
  const servers = createServers(6);
  const expected = servers.map((): Uint8Array[] => []);
  const given: { readonly chunk: Uint8Array; readonly copy: Uint8Array }[][] = servers.map(() => []);
  const received = servers.map((): Uint8Array[] => []);
  const take = (index: number, limit: number) => {
    const server = servers[index]!;
    for (const { chunk, copy } of given[index]!.splice(0)) {
      assert(sameBytes(chunk, copy), "a chunk changed before it had left");
    }
    server.confirmOutput();
    for (const chunk of server.takeOutput(limit)) {
      received[index]!.push(chunk.slice());
      given[index]!.push({ chunk, copy: chunk.slice() });
    }
  };
  for (let step = 0; step < 6000; step++) {
    const index = Math.floor(random() * servers.length);
    const choice = random();
    if (choice < 0.5) {
      const data = createRandomBytes(Math.floor(random() ** 8 * 20_000), step);
      const message = prepareMessage(data);
      servers.forEach((server, at) => {
        // Some miss it.
        if (at === index && choice < 0.1) return;
        server.send(message);
        expected[at]!.push(data);
      });
    } else if (choice < 0.6) {
      const data = createRandomBytes(Math.floor(random() ** 8 * 20_000), step);
      servers[index]!.send(data);
      expected[index]!.push(data);
    } else {
      take(index, random() < 0.5 ? Infinity : random() * 40_000);
    }
  }
  servers.forEach((server, index) => {
    while (server.queuedBytes > 0) take(index, Infinity);
    const payloads = decodeFrames(concat(received[index]!)).map(({ payload }) => payload);
    assertEquals(payloads.length, expected[index]!.length);
    payloads.forEach((payload, at) => assert(sameBytes(payload, expected[index]![at]!), `message ${at}`));
  });
});

test("a burst of messages to many takes little more memory than their bytes, in any order", () => {
  const turns = 20;
  const burst = 30;
  for (const count of [1, 2, 50]) {
    for (const order of ["message by message", "connection by connection"]) {
      const servers = createServers(count);
      const taken = countAllocations(() => {
        for (let turn = 0; turn < turns; turn++) {
          const messages = Array.from({ length: burst }, () => prepareMessage("x".repeat(200)));
          if (order === "message by message") {
            for (const message of messages) for (const server of servers) server.send(message);
          } else {
            for (const server of servers) for (const message of messages) server.send(message);
          }
          for (const server of servers) {
            const size = server.takeOutput().reduce((sum, chunk) => sum + chunk.length, 0);
            assertEquals(size, burst * 204);
            server.confirmOutput();
          }
        }
      });
      // Framed, joined, and the rest of the slabs.
      assert(taken < turns * burst * 200 * 3 + 524_288, `${taken} bytes, ${order}, ${count} connections`);
    }
  }
});

test("a message to many is encoded by each connection whose codec has nothing to share", () => {
  const message = prepareMessage("Hi");
  const engines = [0, 1].map(() => new WebSocketEngine({ role: "server", codec: new ToyCodec() }));
  for (const engine of engines) {
    engine.send(message);
    assertEquals(engine.takeOutput(), [Uint8Array.of(0xc1, 4, 1, 0x48, 1, 0x69)]);
  }
});
