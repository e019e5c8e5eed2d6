/**
 * Judges the clients that come, by the URLs that they ask for in the field. Knows no port.
 *
 * @module
 */

import type { ByteStreamPair } from "../../connection/byte_transport.ts";
import { catalogue } from "./cases/catalogue.ts";
import { opcodes } from "./frame.ts";
import { answerUpgrade, type Head, readHead } from "./handshake.ts";
import { answerClient } from "./judge_client.ts";
import { checkJudgeOptions, type JudgeOptions } from "./judge_options.ts";
import { Link } from "./link.ts";
import { pakoCodec } from "./pako_codec.ts";
import { Peer } from "./peer.ts";
import { createReport, type Report } from "./report.ts";
import { type CaseResult, runCase } from "./run_case.ts";

/** Milliseconds that a client may take to close. */
const closeLimit = 5000;

/**
 * Judges clients that come by themselves, in the field's usual way: a client asks for `/getCaseCount`, which
 * is answered by a message; then for `/runCase?case=N&agent=A`, N from 1 on, and echoes until it is closed;
 * then for `/updateReports?agent=A`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type ConnectOptions, connectWebSocket } from "@weft/websocket";
 * import { createTransportPair } from "@weft/websocket/testing";
 * import { FuzzingServer, selectCases } from "@weft/websocket/testing/conformance";
 *
 * const fuzzing = new FuzzingServer({ cases: selectCases(["2"]) });
 *
 * async function open(path: string, options?: ConnectOptions) {
 *   const [near, far] = createTransportPair(); // or what comes to a port
 *   void fuzzing.serve(far);
 *   return await connectWebSocket(`ws://localhost${path}`, near, options);
 * }
 *
 * const counting = await open("/getCaseCount");
 * const count = Number(await counting.receive());
 * for (let number = 1; number <= count; number++) {
 *   const connection = await open(`/runCase?case=${number}&agent=weft`, {
 *     onMessage: (message, connection) => connection.send(message),
 *   });
 *   await connection.closed;
 * }
 * const reporting = await open("/updateReports?agent=weft");
 * await reporting.closed;
 * assertEquals((await fuzzing.report).totals.OK, 11);
 * ```
 */
export class FuzzingServer {
  readonly #options: JudgeOptions;
  readonly #results = new Map<string, CaseResult[]>();
  #tell: (report: Report) => void = () => {};
  /** Comes when a client asks for its report. */
  readonly report: Promise<Report> = new Promise((resolve) => this.#tell = resolve);

  /** `agent` is of no use here: each client says what it is called. Throws as `judgeServer()` rejects. */
  constructor(options: JudgeOptions = {}) {
    checkJudgeOptions(options);
    this.#options = options;
  }

  /** Serves one connection to its end. Never throws. */
  async serve(streams: ByteStreamPair): Promise<void> {
    const link = new Link(streams);
    try {
      await this.#answer(link, await readHead(link));
    } catch {
      // Whoever asks for no WebSocket is no client.
    }
    link.destroy();
  }

  async #answer(link: Link, request: Head): Promise<void> {
    const { cases = catalogue, onResult, ...options } = this.#options;
    const { pathname, searchParams } = new URL(request.startLine.split(" ")[1] ?? "/", "ws://localhost");
    const agent = searchParams.get("agent") ?? "client";
    if (pathname === "/getCaseCount") return await this.#sendText(link, request, String(cases.length));
    if (pathname === "/updateReports") {
      await this.#sendText(link, request, undefined);
      return this.#tell(createReport(agent, "client", this.#results.get(agent) ?? []));
    }
    const conformanceCase = cases[Number(searchParams.get("case")) - 1];
    if (pathname !== "/runCase" || conformanceCase === undefined) {
      const answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
      return await link.write(new TextEncoder().encode(answer));
    }
    const result = await runCase(conformanceCase, {
      role: "server",
      open: () => link,
      shakeHands: () => answerClient(conformanceCase, link, request),
    }, options);
    this.#results.set(agent, [...this.#results.get(agent) ?? [], result]);
    onResult?.(result);
  }

  /** Sends a message, or none, and closes. */
  async #sendText(link: Link, request: Head, text: string | undefined): Promise<void> {
    await answerUpgrade(link, request, undefined);
    const peer = new Peer(link, "server", undefined, pakoCodec);
    if (text !== undefined) await peer.sendMessage("text", new TextEncoder().encode(text), 0);
    await peer.send([{ opcode: opcodes.close, payload: Uint8Array.of(1000 >> 8, 1000 & 255) }]);
    await peer.wait(() => peer.ended, closeLimit);
  }
}
