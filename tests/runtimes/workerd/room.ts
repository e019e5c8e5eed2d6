/**
 * A Durable Object for the tests of hibernating sockets. What it does is the first word of a message; the rest is what with.
 *
 * @module
 */

import {
  type DurableObjectContext,
  type HibernatedWebSocket,
  HibernatingWebSockets,
  upgradeWebSocket,
} from "../../../src/runtime/cloudflare.ts";
import { serveHub } from "../../kit/hub_native_server.ts";

/** How often a room came into memory, and how connections ended, by the name of the room. */
const lives = new Map<string, number>();
const closings = new Map<string, string[]>();

export class Room {
  readonly #sockets: HibernatingWebSockets<string>;
  #name = "";

  constructor(context: DurableObjectContext & { readonly id: { readonly name?: string } }) {
    this.#name = context.id.name ?? "";
    lives.set(this.#name, (lives.get(this.#name) ?? 0) + 1);
    this.#sockets = new HibernatingWebSockets(context, {
      maxMessageSize: 1000,
      onMessage: async (message, connection) => {
        const [verb, ...words] = typeof message === "string" ? message.split(" ") : ["bytes", `${message}`];
        const rest = words.join(" ");
        const { state, tags, protocol, request } = connection;
        if (verb === "who") {
          const known = request !== undefined;
          await connection.send(
            JSON.stringify({ state, tags, protocol, known, lives: lives.get(this.#name) }),
          );
        } else if (verb === "name") connection.state = rest;
        else if (verb === "all") {
          for (const each of this.#sockets.connections()) void each.send(`${state} ${rest}`);
        } else if (verb === "tagged") {
          for (const each of this.#sockets.connections(rest)) void each.send("you");
        } else if (verb === "slow") {
          await new Promise((resolve) => setTimeout(resolve, 20 - 2 * Number(rest)));
          await connection.send(rest);
        } else if (verb === "throw") throw new SyntaxError("broken");
        else if (verb === "close") void connection.close({ closeCode: Number(rest), reason: "enough" });
        else if (verb === "closings") await connection.send(JSON.stringify(closings.get(this.#name) ?? []));
        else await connection.send(message);
      },
      onClose: ({ closeCode, reason, wasClean, error }, { state }) => {
        const names = closings.get(this.#name) ?? [];
        closings.set(this.#name, names);
        names.push([state, closeCode, reason, wasClean, (error as Error | undefined)?.name].join(" "));
      },
    });
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith("/hub/")) return await enterHub(request);
    const { response } = await this.#sockets.upgrade(request, {
      protocols: ["chat"],
      tags: searchParams.getAll("tag"),
      state: request.headers.get("x-name") ?? "nobody",
    });
    return response;
  }

  webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#sockets.webSocketMessage(socket, message);
  }

  webSocketClose(
    socket: HibernatedWebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    return this.#sockets.webSocketClose(socket, code, reason, wasClean);
  }

  webSocketError(socket: HibernatedWebSocket, error: unknown): Promise<void> {
    return this.#sockets.webSocketError(socket, error);
  }
}

/** A member of a hub, whose connection does not hibernate. */
async function enterHub(request: Request): Promise<Response> {
  const { response, connection } = await upgradeWebSocket(request);
  if (connection !== undefined) void serveHub(request.url, connection);
  return response;
}
