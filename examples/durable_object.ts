// A chat room in a Durable Object: it leaves the memory while nobody speaks, and its connections stay, each with its name.
// Run: deno task workerd durable_object; then connect to ws://localhost:10088/some-room?name=Ada
import { HibernatingWebSockets } from "@weft/websocket/cloudflare";
import type { DurableObjectContext, HibernatedWebSocket } from "@weft/websocket/cloudflare";

interface Environment {
  readonly ROOM: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

export class Room {
  readonly #sockets: HibernatingWebSockets<string>;

  constructor(context: DurableObjectContext) {
    this.#sockets = new HibernatingWebSockets(context, {
      onMessage: (message, { state: name }) => {
        for (const each of this.#sockets.connections()) void each.send(`${name}: ${message}`);
      },
    });
  }

  async fetch(request: Request): Promise<Response> {
    const state = new URL(request.url).searchParams.get("name") ?? "somebody";
    return (await this.#sockets.upgrade(request, { state })).response;
  }

  webSocketMessage(socket: HibernatedWebSocket, message: string | ArrayBuffer): Promise<void> {
    return this.#sockets.webSocketMessage(socket, message);
  }
  webSocketClose(...closing: [HibernatedWebSocket, number, string, boolean]): Promise<void> {
    return this.#sockets.webSocketClose(...closing);
  }
  webSocketError(socket: HibernatedWebSocket, error: unknown): Promise<void> {
    return this.#sockets.webSocketError(socket, error);
  }
}

export default {
  fetch: (request: Request, { ROOM }: Environment) =>
    ROOM.getByName(new URL(request.url).pathname).fetch(request),
};
