/**
 * A hub under measurement, wherever its connections come from.
 *
 * @module
 */

import { type AcceptOptions, acceptWebSocket } from "@weft/websocket";
import { permessageDeflate } from "@weft/websocket/deflate";
import { zlibCodec } from "@weft/websocket/deflate/zlib";
import { Hub, type MessageConnection } from "@weft/websocket/hub";
import process from "node:process";
import type { Broadcaster } from "./obey.ts";

type Transport = Parameters<typeof acceptWebSocket>[0];

const options: AcceptOptions = {
  // The load answers no pings.
  pingInterval: 600_000,
  ...(process.argv.includes("compress")
    ? { extensions: [permessageDeflate({ codec: zlibCodec, threshold: 0, sendTakeover: false })] }
    : {}),
};

/** A hub, and what joins connections to it. */
export interface ServedHub extends Broadcaster {
  accept(transport: Transport): void;
  join(connection: MessageConnection): Promise<void>;
}

/** Serves one. */
export function serveHub(): ServedHub {
  const hub = new Hub({ maxQueue: 256 * 1024 });
  let count = 0;
  const join = async (connection: MessageConnection) => {
    const member = await hub.join(connection, { name: `member ${count++}` });
    await member.subscribe("all");
  };
  return {
    accept: (transport) => void acceptWebSocket(transport, options).then(join).catch(() => {}),
    join,
    publish: (text) => hub.publish("all", text),
    async clog(members) {
      const text = "x".repeat(65_536);
      let clogged = 0;
      for (let index = 0; index < members; index++) {
        const member = hub.member(`member ${index}`)!;
        let still = 0;
        while (still < 20) {
          still = member.deliver(text) ? 0 : still + 1;
          await new Promise((resolve) => setTimeout(resolve, still > 0 ? 1 : 0));
        }
        clogged++;
      }
      return clogged;
    },
  };
}
