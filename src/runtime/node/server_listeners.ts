/**
 * The listeners on one server of Node's, shared by all that is attached to it: each request for a
 * WebSocket goes to the attachment that claims its path, and what nobody claims is left to others, or
 * refused. Knows no option.
 *
 * @module
 */

import type { Agreement } from "../../handshake/decide_upgrade.ts";
import { refuse } from "../../handshake/refuse.ts";
import { receiveExtendedConnect } from "./accept_extended_connect.ts";
import { acceptHandshake, type ReceivedHandshake } from "./accept_handshake.ts";
import { isEncrypted, receiveUpgrade, type UpgradeEvent } from "./accept_upgrade.ts";
import { pairFields, readPath } from "./head_fields.ts";
import type {
  ConnectListener,
  NodeRequest,
  NodeServer,
  StreamListener,
  UpgradeListener,
} from "./node_http.ts";

/** Who serves the WebSockets of some paths. */
export interface PathClaim {
  /** Whether a path is one of them. */
  claims(path: string): boolean;
  /** Serves an 'upgrade' event; `giveBack` returns the socket to the server. */
  serveUpgrade(event: UpgradeEvent, giveBack: () => void): void;
  /** Serves a 'stream' event with an extended CONNECT. */
  serveStream(...event: Parameters<StreamListener>): void;
}

const listeners = new WeakMap<NodeServer, ServerListeners>();

/** The listeners of a server, installed with the first claim and gone with the last. */
export class ServerListeners {
  readonly #server: NodeServer;
  readonly #claims = new Set<PathClaim>();
  /** What decided on upgrades before. */
  #shouldUpgrade: NodeServer["shouldUpgradeCallback"];

  private constructor(server: NodeServer) {
    this.#server = server;
  }

  /** Those of `server`. */
  static of(server: NodeServer): ServerListeners {
    let found = listeners.get(server);
    if (found === undefined) listeners.set(server, found = new ServerListeners(server));
    return found;
  }

  /** Serves a claim from now on; of two for one path, the earlier. */
  add(claim: PathClaim): void {
    if (this.#claims.size === 0) this.#install();
    this.#claims.add(claim);
  }

  /** Serves it no more. */
  remove(claim: PathClaim): void {
    if (this.#claims.delete(claim) && this.#claims.size === 0) this.#uninstall();
  }

  #install(): void {
    const server = this.#server;
    server.on("upgrade", this.#onUpgrade);
    if (typeof server.shouldUpgradeCallback === "function") {
      this.#shouldUpgrade = server.shouldUpgradeCallback;
      server.shouldUpgradeCallback = this.#decideUpgrade;
    }
    if (server.updateSettings === undefined) return;
    // RFC 8441 §3 "a server ... by sending a SETTINGS_ENABLE_CONNECT_PROTOCOL parameter with a value of 1"
    server.updateSettings({ enableConnectProtocol: true });
    server.on("stream", this.#onStream);
    server.on("connect", this.#onConnect);
  }

  #uninstall(): void {
    const server = this.#server;
    server.removeListener("upgrade", this.#onUpgrade);
    if (server.shouldUpgradeCallback === this.#decideUpgrade) {
      server.shouldUpgradeCallback = this.#shouldUpgrade!;
    }
    if (server.updateSettings === undefined) return;
    server.removeListener("stream", this.#onStream);
    server.removeListener("connect", this.#onConnect);
  }

  #find(target = ""): PathClaim | undefined {
    const path = readPath(target);
    return [...this.#claims].find((claim) => claim.claims(path));
  }

  /** Where Node asks: an upgrade that nobody wants is a request like any other, where those are answered. */
  readonly #decideUpgrade = (request: NodeRequest): boolean => {
    if (asksForWebSocket(request) && this.#find(request.url) !== undefined) return true;
    if (this.#server.listenerCount("request") === 0) return true;
    return this.#server.listenerCount("upgrade") > 1 && this.#shouldUpgrade!.call(this.#server, request);
  };

  readonly #onUpgrade: UpgradeListener = (request, socket, head) => {
    const event = { request, socket, head };
    const claim = this.#find(request.url);
    const giveBack = () => {
      // Bun's servers of HTTPS take both kinds as the one.
      const isSecure = isEncrypted(socket) && this.#server.listenerCount("secureConnection") > 0;
      this.#server.emit(isSecure ? "secureConnection" : "connection", socket);
    };
    if (claim !== undefined) claim.serveUpgrade(event, giveBack);
    else if (this.#server.listenerCount("upgrade") === 1) {
      refuseUnclaimed(receiveUpgrade(event, {}, giveBack));
    }
  };

  readonly #onStream: StreamListener = (stream, headers, flags, rawHeaders) => {
    // RFC 8441 §4 an ordinary CONNECT has no ":protocol"
    if (headers[":method"] !== "CONNECT" || headers[":protocol"] === undefined) return;
    const claim = this.#find(`${headers[":path"]}`);
    const isAlone = this.#server.listenerCount("connect") === 1;
    if (claim !== undefined && (isAlone || headers[":protocol"] === "websocket")) {
      claim.serveStream(stream, headers, flags, rawHeaders);
    } else if (isAlone) refuseUnclaimed(receiveExtendedConnect(stream, rawHeaders ?? headers, {}));
  };

  /** Without a listener Node would refuse every CONNECT, ours too. */
  readonly #onConnect: ConnectListener = (request, answer) => {
    if (this.#server.listenerCount("connect") > 1) return;
    if (answer.writeHead === undefined) answer.destroy?.();
    else if (!pairFields(request.rawHeaders).some(([name]) => name === ":protocol")) {
      // RFC 9110 §9.3.6 CONNECT is for tunnels
      answer.writeHead(405);
      answer.end();
    }
  };
}

/** Whether a request's `Upgrade` names a WebSocket. */
function asksForWebSocket({ rawHeaders }: NodeRequest): boolean {
  return pairFields(rawHeaders).some(([name, value]) =>
    /^upgrade$/i.test(name) && /(?:^|,)[ \t]*websocket[ \t]*(?:,|$)/i.test(value)
  );
}

function refuseUnclaimed<Answer extends Agreement>(received: ReceivedHandshake<Answer>): void {
  const decide = () => Promise.reject(refuse(404, "there is no WebSocket here"));
  // The peer is told, and there is nobody else who would want to know.
  acceptHandshake({ ...received, decide }, {}).catch(() => {});
}
