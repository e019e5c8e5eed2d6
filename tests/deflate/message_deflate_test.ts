import { test } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { DeflateCodec, DeflaterSettings, DeflateSettings } from "../../src/deflate/deflate_codec.ts";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import type { ExtensionParameters } from "../../src/protocol/extension.ts";
import { ProtocolError } from "../../src/protocol/protocol_error.ts";
import { createCodecPair, createServerCodec, samples } from "../kit/deflate_samples.ts";
import { hex, toHex, utf8 } from "../kit/frames.ts";

const json = samples.get("JSON")!;

/** A codec that writes down what is asked of it, and does nothing. */
function createScribe(): { codec: DeflateCodec; asked: (DeflaterSettings | DeflateSettings | string)[] } {
  const asked: (DeflaterSettings | DeflateSettings | string)[] = [];
  const codec: DeflateCodec = {
    createDeflater(settings) {
      asked.push(settings);
      return {
        deflate: (piece) => piece,
        note: (message) => void asked.push(`deflater notes ${message.length} bytes`),
        close: () => void asked.push("deflater closed"),
      };
    },
    createInflater(settings) {
      asked.push(settings);
      return { inflate: (piece) => Uint8Array.from(piece), close: () => void asked.push("inflater closed") };
    },
  };
  return { codec, asked };
}

test("messages are compressed from the threshold on, unless somebody decides (RFC 7692 §6)", () => {
  const decide = (options: DeflateOptions) => {
    const codec = createServerCodec(options);
    return [0, 127, 128, undefined].map((length) =>
      [undefined, true, false].map((compress) => codec.encodes(length, compress) ? "yes" : "no").join(" ")
    );
  };
  assertEquals(decide({}), ["no yes no", "no yes no", "yes yes no", "yes yes no"]);
  assertEquals(decide({ threshold: 127 }), ["no yes no", "yes yes no", "yes yes no", "yes yes no"]);
  assertEquals(decide({ threshold: 0 }), ["yes yes no", "yes yes no", "yes yes no", "yes yes no"]);
  assertEquals(decide({ compress: false }), ["no yes no", "no yes no", "no yes no", "no yes no"]);
});

test("a codec is told what was agreed, when there is work for it, and closed", () => {
  const { codec, asked } = createScribe();
  const offer = [["server_max_window_bits", "9"], ["client_max_window_bits", true]] as const;
  const options: DeflateOptions = {
    codec,
    receiveWindowBits: 10,
    receiveTakeover: false,
    level: 3,
    memLevel: 4,
  };
  createServerCodec(options, offer).close();
  assertEquals(asked, []);
  const compression = createServerCodec(options, offer);
  for (let count = 0; count < 2; count++) {
    compression.encode(json, true);
    compression.decode(json, true, 5000);
  }
  compression.close();
  compression.close();
  assertEquals(asked, [
    { windowBits: 9, takeover: true, level: 3, memLevel: 4 },
    { windowBits: 10, takeover: false },
    "deflater closed",
    "inflater closed",
  ]);
});

test("a client's codec is told the same as its server's, the other way round", () => {
  for (
    const [answer, send, receive] of [
      [[], { windowBits: 12, takeover: true }, { windowBits: 15, takeover: true }],
      [
        [["client_no_context_takeover", true], ["server_max_window_bits", "10"]],
        { windowBits: 12, takeover: false },
        { windowBits: 10, takeover: true },
      ],
      [
        [["server_no_context_takeover", true], ["client_max_window_bits", "8"]],
        { windowBits: 8, takeover: true },
        { windowBits: 15, takeover: false },
      ],
    ] as const
  ) {
    const { codec, asked } = createScribe();
    const compression = permessageDeflate({ codec }).confirm(answer)!.createCodec();
    compression.encode(json, true);
    compression.decode(json, true, 5000);
    assertEquals(asked, [{ ...send, level: 6, memLevel: 5 }, receive]);
  }
});

test("behind an error, nothing is inflated any more (RFC 7692 §7.2.2)", () => {
  const compression = createServerCodec();
  const error = assertThrows(() => compression.decode(hex("0700"), true, 100), ProtocolError);
  for (let count = 0; count < 2; count++) {
    const again = assertThrows(() => compression.decode(hex("f248cdc9c90700"), true, 100));
    assertStrictEquals(again, error);
  }
  compression.close();
});

test("an uncompressed message between compressed ones leaves the windows alone (RFC 7692 §7.2.3.2)", () => {
  const [client, server] = createCodecPair();
  const first = client.encode(utf8("Hello"), true);
  assertEquals(toHex(first), "f248cdc9c90700");
  // One goes uncompressed here: neither codec hears of it.
  const second = client.encode(utf8("Hello"), true);
  assertEquals(toHex(second), "f200110000");
  for (const payload of [first, second]) {
    assertEquals(server.decode(payload, true, 5), utf8("Hello") as Uint8Array<ArrayBuffer>);
  }
});

test("a message to many is compressed once, by itself, and noted by all that have a window (RFC 7692 §7.1)", () => {
  const { codec, asked } = createScribe();
  const create = (offer: ExtensionParameters) => createServerCodec({ codec }, offer);
  const codecs = [create([]), create([]), create([["server_no_context_takeover", true]])];
  assertEquals(codecs.map(({ sharedKey }) => sharedKey), Array(3).fill("permessage-deflate 12"));
  assertEquals(create([["server_max_window_bits", "9"]]).sharedKey, "permessage-deflate 9");
  assertEquals(codecs[0]!.encodeShared!(json), json);
  for (const compression of codecs) compression.noteShared!(json);
  codecs[1]!.encode(json, true);
  const settings = { windowBits: 12, level: 6, memLevel: 5 };
  const noted = [{ ...settings, takeover: true }, `deflater notes ${json.length} bytes`];
  assertEquals(asked, [{ ...settings, takeover: false }, "deflater closed", ...noted, ...noted]);
});
