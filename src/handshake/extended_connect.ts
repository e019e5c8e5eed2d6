/**
 * The opening handshake over HTTP/2 and HTTP/3 (RFC 8441, RFC 9220) as a mapping of header lists; what is
 * decided is decided where HTTP/1.1 decides it. Knows no stream, no frame and no setting of either.
 *
 * @module
 */

import { checkExtendedConnect } from "./check_upgrade_request.ts";
import { type Agreement, decideUpgrade } from "./decide_upgrade.ts";
import { checkField } from "./fields.ts";
import {
  checkAgreement,
  createOffer,
  failConnect,
  type HandshakeOffer,
  type UpgradeRequestOptions,
} from "./handshake_offer.ts";
import { HandshakeRequest } from "./handshake_request.ts";
import type { HandshakeResponse } from "./handshake_response.ts";
import { refuse } from "./refuse.ts";
import type { UpgradeOptions } from "./upgrade_options.ts";
import type { FieldList } from "./write_head.ts";

/** A header list as HPACK and QPACK carry it: names in lower case, pseudo-header fields first. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** An extended CONNECT accepted. */
export interface ExtendedConnectAnswer extends Agreement {
  /** The response; frames follow as DATA. */
  readonly fields: HeaderList;
}

/**
 * Server: the request in a header list, checked against RFC 8441 §5; `version` is for the application to see.
 *
 * @throws {HandshakeError} with the response that refuses.
 */
export function readExtendedConnect(
  fields: FieldList,
  version: "HTTP/2" | "HTTP/3" = "HTTP/2",
): HandshakeRequest {
  const { pseudo, headers } = splitHeaderList(fields) ?? {};
  const scheme = pseudo?.get(":scheme") ?? "";
  const target = pseudo?.get(":path") ?? "";
  // RFC 8441 §4 "the ":scheme" and ":path" pseudo-header fields of the target URI MUST also be included"
  if (pseudo === undefined || headers === undefined || !/^https?$/.test(scheme) || !target.startsWith("/")) {
    throw refuse(400, "the header list is malformed");
  }
  // RFC 9113 §8.3.1 ":authority" is what HTTP/1.1 has as Host
  const authority = pseudo.get(":authority");
  if (authority !== undefined) headers.set("Host", authority);
  const request = new HandshakeRequest({
    method: pseudo.get(":method") ?? "",
    target,
    headers,
    version,
    secure: scheme === "https",
  });
  checkExtendedConnect(request, pseudo.get(":protocol"));
  return request;
}

/**
 * Server: the answer to a request that `readExtendedConnect()` has read.
 *
 * @throws {HandshakeError} with the response that refuses; `toHeaderList()` makes a header list of it.
 */
export async function answerExtendedConnect(
  request: HandshakeRequest,
  options: UpgradeOptions,
): Promise<ExtendedConnectAnswer> {
  const { fields, ...agreement } = await decideUpgrade(request, options);
  return { ...agreement, fields: [[":status", "200"], ...lowerNames(fields)] };
}

/** Server: a refusal as a header list; its body goes out as DATA. */
export function toHeaderList({ status, headers }: HandshakeResponse): HeaderList {
  // RFC 9113 §8.2.2 no connection-specific header fields
  const own = [...headers].filter(([name]) =>
    !/^(?:connection|keep-alive|transfer-encoding|upgrade)$/.test(name)
  );
  return [[":status", `${status}`], ...own];
}

/** Client: a request, and what its answer is held against. */
export interface ExtendedConnectRequest extends HandshakeOffer {
  /** The request; frames follow as DATA once it is answered. */
  readonly fields: HeaderList;
}

/**
 * Client: a request for `url`.
 *
 * @throws {TypeError} for what `createOffer()` refuses.
 */
export function createExtendedConnect(
  url: string | URL,
  options?: UpgradeRequestOptions,
): ExtendedConnectRequest {
  const offer = createOffer(url, options);
  const { protocol, host, pathname, search } = offer.url;
  // RFC 8441 §5 ":scheme" is "https" for wss: and "http" for ws:; no Key, as there is no Accept
  const fields: HeaderList = [
    [":method", "CONNECT"],
    [":protocol", "websocket"],
    [":scheme", /^wss|^https/.test(protocol) ? "https" : "http"],
    [":path", `${pathname}${search}`],
    [":authority", host],
    ...lowerNames(offer.fields),
  ];
  return { ...offer, fields };
}

/**
 * Client: what the server agreed to.
 *
 * @throws {HandshakeError} with the response, when it is malformed, no 2xx, or does not fit what was sent.
 */
export function checkExtendedConnectResponse(fields: FieldList, sent: ExtendedConnectRequest): Agreement {
  const { pseudo, headers = new Headers() } = splitHeaderList(fields) ?? {};
  const status = Number(pseudo?.get(":status") ?? 0);
  const response: HandshakeResponse = { status, statusText: "", headers };
  // RFC 8441 §5 a 2xx takes the place of the 101
  if (!(status >= 200 && status < 300)) throw failConnect(`the server answered ${status}`, response);
  return checkAgreement(response, sent);
}

/** Pseudo-header fields and the others; `undefined` when the list is malformed (RFC 9113 §8.3). */
function splitHeaderList(fields: FieldList): { pseudo: Map<string, string>; headers: Headers } | undefined {
  const pseudo = new Map<string, string>();
  const headers = new Headers();
  const cookies: string[] = [];
  try {
    for (const [name, value] of fields) {
      checkField(name.replace(/^:/, ""), value);
      // RFC 9113 §8.2.1 "A field value MUST NOT start or end with an ASCII whitespace character"
      if (/^[ \t]|[ \t]$/.test(value)) return undefined;
      if (name === "cookie") cookies.push(value);
      else if (!name.startsWith(":")) headers.append(name, value);
      else if (pseudo.has(name)) return undefined;
      else pseudo.set(name, value);
    }
  } catch {
    return undefined;
  }
  // RFC 9113 §8.2.3 crumbs of a cookie "MUST be concatenated into a single octet string" with "; "
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  return { pseudo, headers };
}

function lowerNames(fields: HeaderList): HeaderList {
  return fields.map(([name, value]) => [name.toLowerCase(), value]);
}
