import { test } from "node:test";
import { assertEquals } from "@std/assert";
import type { DeflateOptions } from "../../src/deflate/deflate_options.ts";
import { permessageDeflate } from "../../src/deflate/permessage_deflate.ts";
import { formatExtensions, parseExtensions } from "../../src/handshake/extension_header.ts";

const name = "permessage-deflate";

/** What a client with these options asks for. */
function offer(options: DeflateOptions): string {
  return formatExtensions(permessageDeflate(options).offer().map((parameters) => ({ name, parameters })));
}

/** Whether a client with these options takes the answer. */
function confirms(answer: string, options: DeflateOptions = {}): boolean {
  const { parameters } = parseExtensions(`${name}${answer && `; ${answer}`}`)![0]!;
  const agreed = permessageDeflate(options).confirm(parameters);
  if (agreed !== undefined) assertEquals([agreed.name, agreed.parameters], [name, parameters]);
  return agreed !== undefined;
}

test("a client offers what it wants, and then what it could do with (RFC 7692 §5.1, §7.1)", () => {
  const hint = "client_max_window_bits=12";
  for (
    const [options, expected] of [
      [{}, [hint]],
      [{ sendWindowBits: 15 }, ["client_max_window_bits"]],
      [{ sendWindowBits: 9 }, ["client_max_window_bits=9"]],
      [{ sendTakeover: false }, [`client_no_context_takeover; ${hint}`]],
      [{ receiveTakeover: false }, [`server_no_context_takeover; ${hint}`, hint]],
      [{ receiveWindowBits: 10 }, [`server_max_window_bits=10; ${hint}`, hint]],
      [
        { receiveWindowBits: 8, receiveTakeover: false, sendTakeover: false },
        [
          `server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; ${hint}`,
          `client_no_context_takeover; ${hint}`,
        ],
      ],
    ] as const
  ) {
    assertEquals(offer(options), expected.map((parameters) => `${name}; ${parameters}`).join(", "));
  }
});

test("a client takes an answer that fits an offer (RFC 7692 §7.1)", () => {
  for (
    const answer of [
      "",
      "server_no_context_takeover",
      "client_no_context_takeover",
      "server_max_window_bits=8",
      "server_max_window_bits=15",
      'server_max_window_bits="10"',
      "client_max_window_bits=8",
      "client_max_window_bits=12",
      "client_max_window_bits=9; server_max_window_bits=9; server_no_context_takeover; client_no_context_takeover",
    ]
  ) assertEquals(confirms(answer), true, answer);
  assertEquals(confirms("client_max_window_bits=15", { sendWindowBits: 15 }), true);
});

test("a client refuses any other (RFC 7692 §5.1, §7.1)", () => {
  for (
    const answer of [
      ...["16", "7", "1000", "08", "+9", "0x9", "a"].flatMap((value) => [
        `server_max_window_bits=${value}`,
        `client_max_window_bits=${value}`,
      ]),
      "server_max_window_bits",
      "client_max_window_bits",
      "client_max_window_bits=13",
      "client_max_window_bits=15",
      "server_no_context_takeover=0",
      "unknown",
      "server_no_context_takeover; server_no_context_takeover",
      "server_max_window_bits=9; server_max_window_bits=9",
    ]
  ) assertEquals(confirms(answer), false, answer);
});
