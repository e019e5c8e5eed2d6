/**
 * The request that opens a connection, and every rule about its target and host (RFC 9112 §3.2). A record of
 * its own, because browsers let no WHATWG `Request` carry `Upgrade`. Knows no rule of the upgrade.
 *
 * @module
 */

import type { HeaderFields } from "./fields.ts";
import { parseUrl } from "./parse_url.ts";
import { refuse } from "./refuse.ts";

/** What a request is made from. */
export interface HandshakeRequestInit {
  /** The method, in its own case. */
  readonly method: string;
  /** The request target, verbatim. */
  readonly target: string;
  /** The header fields. */
  readonly headers: HeaderFields;
  /** `"HTTP/1.1"` by default. */
  readonly version?: string | undefined;
  /** Whether the bytes come over TLS; `false`, the default, where that is not known. */
  readonly secure?: boolean | undefined;
}

// RFC 9112 §3.2 absolute-form, which origin-form is made into; neither has a fragment
// RFC 9110 §7.2 Host = uri-host [ ":" port ], as far as `URL` does not look; no comma, which joins two
const absoluteForm = /^https?:\/\/([\w.~!$&'()*+;=%:[\]-]+)(?:[/?][!"$-~]*)?$/i;

/**
 * A request for a connection (RFC 6455 §4.2.1), as policies see it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { HandshakeRequest } from "@weft/websocket";
 *
 * const headers = { host: "example.com", cookie: "session=1" };
 * const request = new HandshakeRequest({ method: "GET", target: "/chat?room=a", headers });
 * assertEquals(request.url.searchParams.get("room"), "a");
 * ```
 */
export class HandshakeRequest {
  /** The method: `"GET"`, or `"CONNECT"` over HTTP/2 and HTTP/3. */
  readonly method: string;
  /** The request target as it was sent, nothing decoded. */
  readonly target: string;
  /** `"HTTP/1.1"`, `"HTTP/2"` or `"HTTP/3"`. */
  readonly version: string;
  /** Whether the bytes come over TLS, as far as is known. */
  readonly secure: boolean;
  /** The header fields; `Host` is the target's own host where it names one. */
  readonly headers: Headers;
  /** The target as a URL, `http:` or `https:`, for its `pathname` and `searchParams`. */
  readonly url: URL;

  /**
   * Copies `headers`.
   *
   * @throws {HandshakeError} 505 for HTTP/1.0; 400 when the target or `Host` is malformed.
   */
  constructor({ method, target, headers, version = "HTTP/1.1", secure = false }: HandshakeRequestInit) {
    this.method = method;
    this.target = target;
    this.version = version;
    this.secure = secure;
    this.headers = new Headers(headers);
    // RFC 6455 §4.2.1 (1) "An HTTP/1.1 or higher GET request"
    if (version === "HTTP/1.0") throw refuse(505, "HTTP/1.0 cannot be upgraded");
    const field = this.headers.get("Host") ?? "";
    const address = target.startsWith("/") ? `http${secure ? "s" : ""}://${field}${target}` : target;
    const url = parseUrl(address);
    // RFC 9112 §3.2.2 "MUST ignore the received Host header field (if
    // any) and instead use the host information of the request-target"
    const [, host] = absoluteForm.exec(address) ?? [];
    // RFC 9112 §3.2 "MUST respond with a 400 ... to any ... request message that lacks a Host header field"
    if (host === undefined || url === undefined || absoluteForm.exec(`http://${field}`)?.[1] !== field) {
      throw refuse(400, "Host or the target is missing or malformed");
    }
    this.headers.set("Host", host);
    this.url = url;
  }
}
