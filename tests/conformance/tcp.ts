/**
 * The catalogue over TCP, from Deno: a judge of servers at a URL, and a fuzzing server that judges the clients that come to it.
 *
 * @module
 */

import type { ConformanceCase } from "./conformance_case.ts";
import { opcodes } from "./frame.ts";
import { answerUpgrade, type Head, readHead } from "./handshake.ts";
import type { Judge } from "./in_memory.ts";
import { Link, type StreamPair } from "./link.ts";
import { Peer } from "./peer.ts";
import { createReport, type Report } from "./report.ts";
import { type CaseResult, judgeRequest, judgeServer, type RunOptions } from "./run_case.ts";

/** The streams of a connection, each side ended by itself: `conn.readable` and `conn.writable` close both. */
function toStreams(conn: Deno.Conn): StreamPair {
  // Frames that are written one by one are to arrive so.
  if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay();
  const close = () => {
    try {
      conn.close();
    } catch {
      // It is closed.
    }
  };
  const readable = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const buffer = new Uint8Array(65536);
      const length = await conn.read(buffer);
      if (length === null) controller.close();
      else controller.enqueue(buffer.subarray(0, length));
    },
    cancel: close,
  }, { highWaterMark: 0 });
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      for (let rest = chunk; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
    },
    close: () => conn.closeWrite(),
    abort: close,
  });
  return { readable, writable };
}

/** A judge of the server at a `ws:` or `wss:` URL. */
export function createUrlJudge(url: string): Judge {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === "wss:";
  const address = { hostname: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (secure ? 443 : 80)) };
  return async (conformanceCase, options) => {
    const conn = secure ? await Deno.connectTls(address) : await Deno.connect(address);
    const result = await judgeServer(conformanceCase, toStreams(conn), url, options);
    try {
      conn.close();
    } catch {
      // It is closed.
    }
    return result;
  };
}

/** Serves the URLs by which clients are judged in the field. */
export class FuzzingServer {
  readonly #cases: readonly ConformanceCase[];
  readonly #options: RunOptions;
  readonly #results = new Map<string, CaseResult[]>();
  readonly #listener: Deno.TcpListener;
  readonly #onResult: (result: CaseResult) => void;
  #tell: (report: Report) => void = () => {};
  /** Comes when a client asks for its report. */
  readonly report = new Promise<Report>((resolve) => this.#tell = resolve);

  constructor(
    cases: readonly ConformanceCase[],
    { port = 0, onResult = () => {}, ...options }: RunOptions & {
      readonly port?: number;
      onResult?(result: CaseResult): void;
    } = {},
  ) {
    this.#cases = cases;
    this.#options = options;
    this.#onResult = onResult;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    void this.#listen();
  }

  /** Where clients are to come. */
  get url(): string {
    return `ws://127.0.0.1:${this.#listener.addr.port}`;
  }

  close(): void {
    this.#listener.close();
  }

  async #listen(): Promise<void> {
    for await (const conn of this.#listener) {
      const link = new Link(toStreams(conn));
      this.#answer(link).catch(() => {}).finally(() => link.destroy());
    }
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
    const peer = new Peer(link, "server", undefined);
    if (text !== undefined) await peer.sendMessage("text", new TextEncoder().encode(text), 0);
    await peer.send([{ opcode: opcodes.close, payload: Uint8Array.of(1000 >> 8, 1000 & 255) }]);
    await peer.wait(() => peer.ended, 5000);
  }
}
