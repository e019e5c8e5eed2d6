/**
 * Codecs and compressors that fail at their n-th call, when it has done its work and the state has moved, and what has to hold
 * then, as tests.
 *
 * @module
 */

import { test } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Compressor, CreateCompressor } from "../../src/deflate/compressor.ts";
import type { DeflateCodec } from "../../src/deflate/deflate_codec.ts";
import { deflateWith } from "../../src/deflate/deflate_with.ts";
import { createCodecPair, samples } from "./deflate_samples.ts";
import { sameBytes } from "./frames.ts";

/** A call that fails. */
export type FaultyCall = "deflate" | "note" | "inflate";

/** The codec, with a fault at the n-th of the calls of this name. */
export function plantFault(codec: DeflateCodec, faulty: FaultyCall, at: number): DeflateCodec {
  let calls = 0;
  function pass<Result>(call: FaultyCall, result: Result): Result {
    if (call === faulty && ++calls === at) throw new Error(`Call ${at} fails, as it was told to`);
    return result;
  }
  return {
    createDeflater(settings) {
      const deflater = codec.createDeflater(settings);
      return {
        deflate: (piece, fin) => pass("deflate", deflater.deflate(piece, fin)),
        note: (message) => pass("note", deflater.note(message)),
        close: () => deflater.close(),
      };
    },
    createInflater(settings) {
      const inflater = codec.createInflater(settings);
      return {
        inflate: (piece, fin, limit) => pass("inflate", inflater.inflate(piece, fin, limit)),
        close: () => inflater.close(),
      };
    },
  };
}

const messages = ["JSON", "Hello", "what comes again after 5000 bytes", "JSON", "Hello", "JSON"]
  .map((name) => samples.get(name)!);

/** Runs what is to fail, and asserts that it fails again, the same way. */
function assertFails(run: () => unknown): void {
  const error = assertThrows(run, Error, "as it was told to");
  for (let count = 0; count < 2; count++) assertStrictEquals(assertThrows(run), error);
}

/** The tests of one codec, and of what sets up its compressors. */
export function testCodecFaults(name: string, codec: DeflateCodec, create: CreateCompressor): void {
  for (const faulty of ["deflate", "note"] as const) {
    test(`${name}: a ${faulty}() that fails is the last thing sent (RFC 7692 §7.1.1)`, () => {
      for (let at = 1; at <= messages.length; at++) {
        const [client, server] = createCodecPair({ codec: plantFault(codec, faulty, at) }, { codec });
        let sent = 0;
        for (; sent + 1 < at; sent++) {
          const bytes = messages[sent]!;
          let payload: Uint8Array;
          if (faulty === "deflate") payload = client.encode(bytes, true);
          else {
            payload = client.encodeShared!(bytes);
            client.noteShared!(bytes);
          }
          assert(sameBytes(server.decode(Uint8Array.from(payload), true, 100_000), bytes));
        }
        const bytes = messages[sent]!;
        assertFails(() => faulty === "deflate" ? client.encode(bytes, true) : client.noteShared!(bytes));
        assertThrows(() => client.encode(bytes, true));
        assertThrows(() => client.noteShared!(bytes));
        for (let count = 0; count < 2; count++) client.close();
        server.close();
      }
    });
  }

  test(`${name}: a message to many that fails is compressed anew for the next one (RFC 7692 §7.1)`, () => {
    const [client, server] = createCodecPair({ codec: plantFault(codec, "deflate", 2) }, { codec });
    for (const [index, bytes] of messages.entries()) {
      if (index === 1) {
        assertThrows(() => client.encodeShared!(bytes), Error, "as it was told to");
        continue;
      }
      const payload = Uint8Array.from(client.encodeShared!(bytes));
      client.noteShared!(bytes);
      assert(sameBytes(server.decode(payload, true, 100_000), bytes));
    }
    client.close();
    server.close();
  });

  test(`${name}: an inflate() that fails is the last thing received (RFC 7692 §7.2.2)`, () => {
    for (let at = 1; at <= messages.length; at++) {
      const [client, server] = createCodecPair({ codec }, { codec: plantFault(codec, "inflate", at) });
      const payloads = messages.slice(0, at).map((bytes) => Uint8Array.from(client.encode(bytes, true)));
      for (const [index, bytes] of messages.slice(0, at - 1).entries()) {
        assert(sameBytes(server.decode(payloads[index]!, true, 100_000), bytes));
      }
      assertFails(() => server.decode(payloads[at - 1]!, true, 100_000));
      // What is sent has a state of its own.
      assert(sameBytes(client.decode(server.encode(messages[0]!, true), true, 100_000), messages[0]!));
      for (let count = 0; count < 2; count++) server.close();
      client.close();
    }
  });

  test(`${name}: behind a limit that was passed, nothing is inflated any more (RFC 6455 §10.4)`, () => {
    const settings = { windowBits: 15, takeover: true, level: 6, memLevel: 8 };
    const [json, hello] = messages;
    for (const fin of [true, false]) {
      const deflater = codec.createDeflater(settings);
      const inflater = codec.createInflater(settings);
      const first = Uint8Array.from(deflater.deflate(json!, fin));
      const error = assertThrows(() => inflater.inflate(first, fin, 100));
      const second = Uint8Array.from(deflater.deflate(hello!, true));
      assertStrictEquals(assertThrows(() => inflater.inflate(second, true, 100_000)), error);
      deflater.close();
      inflater.close();
    }
  });

  for (const [takeover, faulty] of [[true, "compress"], [false, "compress"], [false, "reset"]] as const) {
    const kind = `${name}, ${takeover ? "takeover" : "no takeover"}`;

    test(`${kind}: a compressor that fails to ${faulty} is closed and used by nobody any more (RFC 7692 §7.1.1)`, () => {
      const settings = { windowBits: 12, takeover, level: 6, memLevel: 5 };
      for (let at = 1; at <= messages.length; at++) {
        const { createDeflater, callsOfFailed } = plantCompressorFault(create, faulty, at);
        const first = createDeflater(settings);
        for (const bytes of messages.slice(0, at - 1)) first.deflate(bytes, true);
        assertFails(() => first.deflate(messages[at - 1]!, true));
        if (takeover) assertThrows(() => first.note(messages[0]!));
        assertEquals(callsOfFailed, []);
        for (let count = 0; count < 2; count++) first.close();
        const second = createDeflater(settings);
        const inflater = codec.createInflater(settings);
        for (const bytes of messages) {
          assert(
            sameBytes(inflater.inflate(Uint8Array.from(second.deflate(bytes, true)), true, 100_000), bytes),
          );
        }
        second.close();
        inflater.close();
        assertEquals(callsOfFailed, ["close"]);
      }
    });
  }
}

/** Deflaters whose compressors fail at their n-th call of this name, and what is asked of the one that has failed. */
function plantCompressorFault(create: CreateCompressor, faulty: "compress" | "reset", at: number) {
  const callsOfFailed: string[] = [];
  let calls = 0;
  const createDeflater = deflateWith((...given) => {
    const compressor = create(...given);
    let hasFailed = false;
    function pass<Result>(call: keyof Compressor, result: Result): Result {
      if (hasFailed) callsOfFailed.push(call);
      hasFailed ||= call === faulty && ++calls === at;
      if (hasFailed && call === faulty) throw new Error(`Call ${at} fails, as it was told to`);
      return result;
    }
    return {
      compress: (piece) => pass("compress", compressor.compress(piece)),
      reset: () => pass("reset", compressor.reset()),
      close: () => pass("close", compressor.close()),
    };
  });
  return { createDeflater, callsOfFailed };
}
