/**
 * The peer of subjects that are servers of HTTP/2: a session for each, as streams of one would share more than the suite knows of.
 *
 * @module
 */

import { once } from "node:events";
import { connect } from "node:http2";
import type { ConnectOptions, WebSocketConnection } from "../../../mod.ts";
import { connectHttp2, nodeTransport } from "../../../src/runtime/node.ts";
import { createRawLink } from "./raw_link.ts";
import type { RawLink, SuitePeer } from "./suite_case.ts";

/** A peer of the server at `url`. */
export class Http2Peer implements SuitePeer {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  connect(options?: ConnectOptions): Promise<WebSocketConnection> {
    return connectHttp2(this.#url, options);
  }

  async open(changes: Readonly<Record<string, string | undefined>> = {}): Promise<RawLink> {
    const { host, pathname } = new URL(this.#url);
    const session = connect(`http://${host}`);
    session.on("error", () => {});
    await once(session, "remoteSettings");
    const fields = { "Sec-WebSocket-Version": "13", ...changes };
    const stream = session.request({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":scheme": "http",
      ":authority": host,
      ":path": pathname,
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    }, { endStream: false });
    const transport = nodeTransport(stream);
    stream.on("close", () => session.close());
    // Where there is none, the stream just ends.
    await Promise.race([once(stream, "response"), once(stream, "close")]).catch(() => {});
    return createRawLink(transport, { isMasking: true, vanish: () => session.destroy() });
  }

  async openAndVanish(): Promise<void> {
    (await this.open()).vanish();
  }
}
