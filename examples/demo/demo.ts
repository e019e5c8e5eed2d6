/**
 * The demo's server on runtimes with sockets: a page and a hub on one port, by this engine alone. It keeps
 * its connections under ids, says when they open and close, and takes leave of them when it is told to
 * stop. Knows nobody who listens on ports.
 *
 * @module
 */
import process from "node:process";
import { inspect } from "node:util";
import { acceptWebSocket, type ByteTransport, CloseCode, HandshakeError } from "@weft/websocket";
import type { WebSocketConnection } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { Hub, HubServer, hubSubprotocol } from "@weft/websocket/hub";
import { buildPage } from "./build_page.ts";
import { addFeeds, feedPrefix } from "./feeds.ts";
import { Site } from "./site.ts";

/** How long a client may take to answer our Close, and so how long stopping takes at most. */
const closeTimeout = 3_000;
const goingAway = { closeCode: CloseCode.GoingAway, reason: "The server is stopping" };

const port = Number(process.env.PORT || 10088);

/** What connections have carried. */
interface Traffic {
  readonly messages: number;
  readonly bytes: number;
}

/** A demo's server. */
export class Demo {
  /** Where to listen: `PORT`, or 10088. */
  readonly port = port;
  readonly #hub: Hub;
  readonly #server: HubServer;
  readonly #site: Site;
  readonly #extensions = [permessageDeflate({ codec: zlibCodec })];
  /** All open connections, each under a UUID. */
  readonly #connections = new Map<string, WebSocketConnection>();
  /** Settle when all is said of a connection. */
  readonly #served = new Set<Promise<void>>();
  /** What connections carried that are closed. */
  #past: Traffic = { messages: 0, bytes: 0 };
  #isStopping = false;

  private constructor(hub: Hub, site: Site) {
    this.#hub = hub;
    this.#server = new HubServer(hub);
    this.#site = site;
  }

  /** Makes a server, which calls itself by the runtime's name and joins those at `DEMO_NATS`. */
  static async start(runtime: string): Promise<Demo> {
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      Demo.fail("there is no such port");
    }
    const hub = new Hub({
      closeTimeout,
      broker: await connectBroker(process.env.DEMO_NATS),
      authorize: (action) => action.type !== "publish" || !action.topic.startsWith(feedPrefix),
    });
    hub.watch((event) => {
      if (hub.closing) return;
      if (event.type === "error") console.error(event.error);
      if (event.type === "broker") {
        console.log(
          event.connected ? "Linked by NATS" : `Not linked, NATS cannot be reached: ${event.error}`,
        );
      }
    });
    // The feeds are only drawn from when there is a demo.
    const feeds = addFeeds(hub, {
      hasClock: true,
      memory: () => process.memoryUsage().rss,
      members: () => hub.names().length,
      messages: () => demo.#traffic.messages,
      bytes: () => demo.#traffic.bytes,
    });
    const demo: Demo = new Demo(hub, new Site(await buildPage(), { server: runtime, feeds }));
    return demo;
  }

  /** Says why it cannot listen, and exits. */
  static fail(reason: string): never {
    console.error(`Cannot listen on port ${process.env.PORT || port}, set PORT to another: ${reason}`);
    process.exit(1);
  }

  /** Serves whatever comes over one TCP connection, requests for the page or a WebSocket, to its end. */
  async serve(transport: ByteTransport, address: string): Promise<void> {
    try {
      const connection = await acceptWebSocket(transport, {
        onRequest: (request) => this.#site.answer(request),
        keepAlive: true,
        closeTimeout,
        protocols: [hubSubprotocol],
        extensions: this.#extensions,
      });
      const served = this.#serveConnection(connection, address);
      this.#served.add(served);
      await served.finally(() => this.#served.delete(served));
    } catch (error) {
      // A page was served, or the client was refused or has left: nothing to see.
      if (!(error instanceof HandshakeError)) console.error(error);
    }
  }

  async #serveConnection(connection: WebSocketConnection, address: string): Promise<void> {
    const id = crypto.randomUUID();
    this.#connections.set(id, connection);
    console.log(`${id} opened from ${address}`);
    if (this.#isStopping) void connection.close(goingAway);
    await this.#server.serve(connection);
    const { closeCode, reason } = await connection.closed;
    this.#connections.delete(id);
    const { messages, bytes } = sumTraffic([connection]);
    this.#past = { messages: this.#past.messages + messages, bytes: this.#past.bytes + bytes };
    const count = connection.stats.messagesReceived;
    // inspect() quotes control characters, which could have the terminal do things.
    console.log(`${id} closed with ${closeCode} ${inspect(reason)} after ${count} messages`);
  }

  get #traffic(): Traffic {
    const { messages, bytes } = sumTraffic(this.#connections.values());
    return { messages: this.#past.messages + messages, bytes: this.#past.bytes + bytes };
  }

  /** Says where it listens, and stops on SIGINT and SIGTERM: `close` ends the listening. */
  run(port: number, close: () => void): void {
    console.log(`Listening on http://localhost:${port}/`);
    const stop = async () => {
      // Ctrl+C comes from the terminal and from `deno task`.
      if (this.#isStopping) return;
      this.#isStopping = true;
      close();
      console.log(`Stopping: ${this.#connections.size} open`);
      const connections = [...this.#connections.values()];
      await Promise.all([...connections.map((connection) => connection.close(goingAway)), this.#hub.close()]);
      await Promise.all(this.#served);
      process.exit();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  }
}

function sumTraffic(connections: Iterable<WebSocketConnection>): Traffic {
  let messages = 0;
  let bytes = 0;
  for (const { stats } of connections) {
    messages += stats.messagesReceived + stats.messagesSent;
    bytes += stats.bytesReceived + stats.bytesSent;
  }
  return { messages, bytes };
}

/** What links the servers, loaded only where there is something to link. */
async function connectBroker(servers: string | undefined) {
  if (!servers) return undefined;
  const { NatsBroker } = await import("@weft/websocket/hub/nats");
  return new NatsBroker({ servers: servers.split(",") });
}
