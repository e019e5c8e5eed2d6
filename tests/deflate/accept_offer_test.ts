import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { formatExtensions, parseExtensions } from "../../src/handshake/extension_header.ts";
import { answerUpgrade } from "../../src/handshake/server_handshake.ts";
import { readRequest, requestText } from "../kit/heads.ts";

const plain: DeflateOptions = { sendWindowBits: 15 };

/** The answer to one offer, without the name; `undefined` where it is declined. */
function accept(offer: string, options: DeflateOptions = plain): string | undefined {
  const { parameters } = parseExtensions(`permessage-deflate${offer && `; ${offer}`}`)![0]!;
  const agreed = permessageDeflate(options).accept(parameters);
  return agreed && formatExtensions([agreed]).replace(/^permessage-deflate(; )?/, "");
}

/** The answer to a whole header. */
async function answer(header: string, options?: DeflateOptions): Promise<string> {
  const request = readRequest(requestText({ "Sec-WebSocket-Extensions": header }));
  return (await answerUpgrade(request, { extensions: [permessageDeflate(options)] })).extensions;
}

test("a server accepts what it can do as it is (RFC 7692 §7.1)", () => {
  for (
    const [offer, expected] of [
      ["", ""],
      ["server_no_context_takeover", "server_no_context_takeover"],
      ["client_no_context_takeover", "client_no_context_takeover"],
      ["server_max_window_bits=10", "server_max_window_bits=10"],
      ['server_max_window_bits="10"', "server_max_window_bits=10"],
      ["server_max_window_bits=8", "server_max_window_bits=8"],
      ["server_max_window_bits=15", "server_max_window_bits=15"],
      ["client_max_window_bits", ""],
      ["client_max_window_bits=15", ""],
      ["client_max_window_bits=9", "client_max_window_bits=9"],
      [
        "client_max_window_bits=9; server_max_window_bits=11; client_no_context_takeover; server_no_context_takeover",
        "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; client_max_window_bits=9",
      ],
    ] as const
  ) assertEquals(accept(offer), expected, offer);
});

test("a server says what it wants besides (RFC 7692 §7.1)", () => {
  const options: DeflateOptions = {
    sendWindowBits: 11,
    receiveWindowBits: 10,
    sendTakeover: false,
    receiveTakeover: false,
  };
  const neither = "server_no_context_takeover; client_no_context_takeover";
  for (
    const [offer, expected] of [
      ["", `${neither}; server_max_window_bits=11`],
      ["server_max_window_bits=9", `${neither}; server_max_window_bits=9`],
      ["server_max_window_bits=12", `${neither}; server_max_window_bits=11`],
      ["client_max_window_bits", `${neither}; server_max_window_bits=11; client_max_window_bits=10`],
      ["client_max_window_bits=9", `${neither}; server_max_window_bits=11; client_max_window_bits=9`],
      ["client_max_window_bits=12", `${neither}; server_max_window_bits=11; client_max_window_bits=10`],
    ] as const
  ) assertEquals(accept(offer, options), expected, offer);
  assertEquals(accept("", {}), "server_max_window_bits=12");
});

/** RFC 7692 §7.1, §7.1.1, §7.1.2 */
const invalid = [
  ...["7", "16", "1000", "0", "08", "0x0a", "1e1", "+10", "10.0", "-9", "a", "010", "1_0"].flatMap((
    value,
  ) => [
    `server_max_window_bits=${value}`,
    `client_max_window_bits=${value}`,
  ]),
  "server_max_window_bits",
  "server_no_context_takeover=1",
  "client_no_context_takeover=true",
  "unknown",
  "unknown=1",
  "__proto__",
  "toString=8",
  "Server_Max_Window_Bits=10",
  "server_no_context_takeover; server_no_context_takeover",
  "client_max_window_bits; client_max_window_bits",
  "client_max_window_bits=9; client_max_window_bits=10",
  "server_max_window_bits=10; server_max_window_bits=10",
];

test("a server declines an offer with a parameter that is unknown, repeated or out of range (RFC 7692 §7.1)", async () => {
  for (const offer of invalid) {
    assertEquals(accept(offer), undefined, offer);
    assertEquals(accept(`client_max_window_bits; ${offer}`), undefined, offer);
    assertEquals(await answer(`permessage-deflate; ${offer}`), "", offer);
  }
});

test("a server looks at the next offer then (RFC 7692 §5.1)", async () => {
  for (const offer of invalid) {
    const header =
      `x-other, permessage-deflate; ${offer}, permessage-deflate; server_max_window_bits=9, permessage-deflate`;
    assertEquals(await answer(header), "permessage-deflate; server_max_window_bits=9", offer);
  }
});

test("a server takes one of many offers (RFC 7692 §5)", async () => {
  const many = Array.from({ length: 300 }, () => "permessage-deflate").join(", ");
  assertEquals(await answer(many, plain), "permessage-deflate");
});
