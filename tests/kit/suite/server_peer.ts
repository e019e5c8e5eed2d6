/**
 * The peer of subjects that are servers: connections to them, by our engine or by bytes, over what a runtime can connect with.
 *
 * @module
 */

import { type ConnectOptions, connectWebSocket, type WebSocketConnection } from "../../../mod.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { Recorder } from "../recorder.ts";
import { createRawLink } from "./raw_link.ts";
import type { RawLink, SuitePeer } from "./suite_case.ts";

/** Makes peers of a server at `url`. */
export class ServerPeer implements SuitePeer {
  readonly #url: string;
  readonly #dial: (port: number) => Promise<ByteTransport>;
  readonly #options: ConnectOptions | undefined;

  constructor(url: string, dial: (port: number) => Promise<ByteTransport>, options?: ConnectOptions) {
    this.#url = url;
    this.#dial = dial;
    this.#options = options;
  }

  async connect(options?: ConnectOptions): Promise<WebSocketConnection> {
    return await connectWebSocket(this.#url, await this.#dialServer(), { ...this.#options, ...options });
  }

  async open(changes: Readonly<Record<string, string | undefined>> = {}): Promise<RawLink> {
    const transport = await this.#dialServer();
    const recorder = new Recorder(transport);
    let text = "";
    const hasHead = new Promise<void>((resolve) => {
      recorder.onBytes = (chunk) => {
        if (text.includes("\r\n\r\n")) return;
        text += String.fromCharCode(...chunk);
        if (text.includes("\r\n\r\n")) resolve();
      };
    });
    recorder.resume();
    transport.write([this.#encodeRequest(changes)]);
    await Promise.race([hasHead, recorder.until(() => recorder.has("end") || recorder.has("closed"))]);
    const length = text.indexOf("\r\n\r\n") + 4;
    return createRawLink(transport, { recorder, head: text.slice(0, length), isMasking: true });
  }

  async openAndVanish(): Promise<void> {
    const transport = await this.#dialServer();
    const recorder = new Recorder(transport);
    recorder.resume();
    await recorder.write(this.#encodeRequest({}));
    // Time to arrive, so that the server has begun.
    await new Promise((resolve) => setTimeout(resolve, 50));
    transport.destroy();
  }

  #dialServer(): Promise<ByteTransport> {
    return this.#dial(Number(new URL(this.#url).port));
  }

  #encodeRequest(changes: Readonly<Record<string, string | undefined>>): Uint8Array {
    const { host, pathname, search } = new URL(this.#url);
    const fields = {
      "Host": host,
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      ...changes,
    };
    const lines = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}\r\n`);
    return new TextEncoder().encode(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n`);
  }
}
