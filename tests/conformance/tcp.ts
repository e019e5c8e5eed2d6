/**
 * The catalogue over TCP, by the sockets of Node that Deno and Bun have too: a judge of servers at a URL, and a fuzzing server that judges the
 * clients that come to it.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConformanceCase } from "./conformance_case.ts";
import { opcodes } from "./frame.ts";
import { answerUpgrade, type Head, readHead } from "./handshake.ts";
import type { Judge } from "./in_memory.ts";
import { Link, type StreamPair } from "./link.ts";
import { pakoCodec } from "./pako_codec.ts";
import { Peer } from "./peer.ts";
import { createReport, type Report } from "./report.ts";
import { type CaseResult, judgeRequest, judgeServer, type RunOptions } from "./run_case.ts";

/** The streams of a socket, each side ended by itself. */
function toStreams(socket: Socket): StreamPair {
  // Frames that are written one by one are to arrive so.
  socket.setNoDelay();
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.on("data", (chunk: Uint8Array) => {
        controller.enqueue(chunk);
        socket.pause();
      });
      socket.on("end", () => controller.close());
      socket.on("close", () => {
        if (!socket.readableEnded) controller.error(new Error("The connection was broken"));
      });
      // It is told by "close".
      socket.on("error", () => {});
    },
    pull: () => void socket.resume(),
    cancel() {
      for (const event of ["data", "end", "close"]) socket.removeAllListeners(event);
      socket.destroy();
    },
  }, { highWaterMark: 0 });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => settle((done) => socket.write(chunk, done)),
    close: () => settle((done) => socket.end(done)),
    abort: () => void socket.destroy(),
  });
  return { readable, writable };
}

/** What a callback with an error or without one tells. */
function settle(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => error ? reject(error) : resolve()));
}

/** A judge of the server at a `ws:` or `wss:` URL. */
export function createUrlJudge(url: string): Judge {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "wss:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const address = { host, port: Number(port || (secure ? 443 : 80)), allowHalfOpen: true };
  return async (conformanceCase, options) => {
    const socket = secure ? connectTls({ ...address, servername: host }) : connect(address);
    const streams = toStreams(socket);
    await new Promise((resolve, reject) => {
      socket.once(secure ? "secureConnect" : "connect", resolve);
      socket.once("error", reject);
    });
    const result = await judgeServer(conformanceCase, streams, url, options);
    socket.destroy();
    return result;
  };
}

/** How clients are judged. */
export interface FuzzingServerOptions extends RunOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Is told what came of each case. */
  onResult?(result: CaseResult): void;
}

/** Serves the URLs by which clients are judged in the field. */
export class FuzzingServer {
  readonly #cases: readonly ConformanceCase[];
  readonly #options: RunOptions;
  readonly #results = new Map<string, CaseResult[]>();
  readonly #server: Server;
  readonly #onResult: (result: CaseResult) => void;
  #tell: (report: Report) => void = () => {};
  /** Comes when a client asks for its report. */
  readonly report = new Promise<Report>((resolve) => this.#tell = resolve);

  private constructor(
    cases: readonly ConformanceCase[],
    { onResult = () => {}, ...options }: FuzzingServerOptions,
  ) {
    this.#cases = cases;
    this.#options = options;
    this.#onResult = onResult;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const link = new Link(toStreams(socket));
      this.#answer(link).catch(() => {}).finally(() => link.destroy());
    });
  }

  /** Listens on the port, or on a free one. */
  static async listen(
    cases: readonly ConformanceCase[],
    options: FuzzingServerOptions = {},
  ): Promise<FuzzingServer> {
    const fuzzing = new FuzzingServer(cases, options);
    await new Promise((resolve, reject) => {
      fuzzing.#server.once("error", reject);
      fuzzing.#server.listen(options.port ?? 0, "127.0.0.1", () => resolve(undefined));
    });
    return fuzzing;
  }

  /** Where clients are to come. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }

  async #answer(link: Link): Promise<void> {
    const request = await readHead(link);
    const { pathname, searchParams } = new URL(request.startLine.split(" ")[1] ?? "/", this.url);
    const agent = searchParams.get("agent") ?? "client";
    if (pathname === "/getCaseCount") return await this.#sendText(link, request, String(this.#cases.length));
    if (pathname === "/updateReports") {
      await this.#sendText(link, request, undefined);
      return this.#tell(createReport(agent, "client", this.#results.get(agent) ?? []));
    }
    const conformanceCase = this.#cases[Number(searchParams.get("case")) - 1];
    if (pathname !== "/runCase" || conformanceCase === undefined) {
      return await link.write(
        new TextEncoder().encode("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
      );
    }
    const result = await judgeRequest(conformanceCase, link, request, this.#options);
    this.#results.set(agent, [...this.#results.get(agent) ?? [], result]);
    this.#onResult(result);
  }

  /** Sends a message, or none, and closes. */
  async #sendText(link: Link, request: Head, text: string | undefined): Promise<void> {
    await answerUpgrade(link, request, undefined);
    const peer = new Peer(link, "server", undefined, pakoCodec);
    if (text !== undefined) await peer.sendMessage("text", new TextEncoder().encode(text), 0);
    await peer.send([{ opcode: opcodes.close, payload: Uint8Array.of(1000 >> 8, 1000 & 255) }]);
    await peer.wait(() => peer.ended, 5000);
  }
}
