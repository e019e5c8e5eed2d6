/**
 * Durable Objects for the shared suite, one for each run of a case: their hibernating sockets are the subjects.
 *
 * @module
 */

import {
  type DurableObjectContext,
  type HibernatedWebSocket,
  HibernatingWebSockets,
  type HibernationOptions,
} from "../../../src/runtime/cloudflare.ts";
import { answerCase } from "../../kit/suite/answer_case.ts";
import { MessageQueue } from "../../kit/suite/message_queue.ts";
import type { SuiteOptions } from "../../kit/suite/suite_case.ts";

export class SuiteRoom {
  readonly #context: DurableObjectContext & { waitUntil(promise: Promise<unknown>): void };
  #sockets: HibernatingWebSockets | undefined;

  constructor(context: DurableObjectContext & { waitUntil(promise: Promise<unknown>): void }) {
    this.#context = context;
  }

  async fetch(request: Request): Promise<Response> {
    const { upgrade, done } = await answerCase(request.url, (options) => this.#upgrade(request, options));
    this.#context.waitUntil(done);
    return upgrade.response;
  }

  /** What an object's sockets have in common is an option of theirs, the rest one of the upgrade. */
  async #upgrade(request: Request, options: SuiteOptions) {
    const { protocols, origins, authorize, headers, handshakeTimeout, onMessage, ...limits } = options;
    const queue = new MessageQueue();
    this.#sockets = new HibernatingWebSockets(this.#context, {
      ...limits as HibernationOptions<unknown>,
      onMessage: onMessage === undefined ? (message) => queue.add(message) : onMessage,
    });
    const handshake = { protocols, origins, authorize, headers, handshakeTimeout };
    const upgrade = await this.#sockets.upgrade(request, handshake);
    if (upgrade.connection === undefined || onMessage !== undefined) return upgrade;
    return { ...upgrade, connection: queue.attach(upgrade.connection) };
  }

  webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#sockets!.webSocketMessage(socket, message);
  }

  webSocketClose(
    socket: HibernatedWebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    return this.#sockets!.webSocketClose(socket, code, reason, wasClean);
  }

  webSocketError(socket: HibernatedWebSocket, error: unknown): Promise<void> {
    return this.#sockets!.webSocketError(socket, error);
  }
}
