import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocket, WebSocketServer } from "ws";
import { acceptWebSocket, connectWebSocket } from "../../../mod.ts";
import type { DeflateOptions } from "../../../src/deflate/deflate_options.ts";
import { pakoCodec } from "../../../src/deflate/pako_codec.ts";
import { permessageDeflate } from "../../../src/deflate/permessage_deflate.ts";
import { zlibCodec } from "../../../src/deflate/zlib.ts";
import { nodeTransport } from "../../../src/runtime/node.ts";
import { samples } from "../../kit/deflate_samples.ts";
import { sameBytes } from "../../kit/frames.ts";

const messages = [...samples.values(), ...samples.values()];

/** What `ws` agrees to, and what comes of it. */
const settings = [
  [{}, {}],
  [{ serverMaxWindowBits: 10, clientMaxWindowBits: 9 }, {}],
  [{ serverNoContextTakeover: true, clientNoContextTakeover: true }, {}],
  [{}, { sendWindowBits: 15 }],
  [{}, { receiveWindowBits: 9, receiveTakeover: false, sendTakeover: false }],
] as const;

for (const [name, codec] of Object.entries({ pakoCodec, zlibCodec })) {
  for (const [theirs, ours] of settings) {
    const agreement = `${JSON.stringify(theirs)} with ${JSON.stringify(ours)}`;
    const options: DeflateOptions = { ...ours, codec, threshold: 0 };

    test(`${name}: our client and the server of ws compress both ways, ${agreement} (RFC 7692 §5)`, async () => {
      const server = new WebSocketServer({
        port: 0,
        host: "127.0.0.1",
        perMessageDeflate: { ...theirs, threshold: 0 },
      });
      server.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      let compressed = 0;
      const client = await connectWebSocket(
        `ws://127.0.0.1:${port}/`,
        nodeTransport(connect(port, "127.0.0.1")),
        {
          extensions: [permessageDeflate(options)],
          onFrame: ({ rsv1 }) => void (compressed += rsv1 ? 1 : 0),
        },
      );
      assert(client.extensions.startsWith("permessage-deflate"));
      for (const message of messages) {
        await client.send(message);
        assert(sameBytes(await client.receive() as Uint8Array, message));
      }
      assertEquals(compressed, 2 * messages.length);
      await client.close();
      server.close();
    });

    test(`${name}: a client of ws and our server compress both ways, ${agreement} (RFC 7692 §5)`, async () => {
      let compressed = 0;
      const server = createServer((socket) => {
        void acceptWebSocket(nodeTransport(socket), {
          extensions: [permessageDeflate(options)],
          onFrame: ({ rsv1 }) => void (compressed += rsv1 ? 1 : 0),
          onMessage: (message, connection) => connection.send(message),
        });
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const client = new WebSocket(`ws://127.0.0.1:${port}/`, {
        perMessageDeflate: { ...theirs, threshold: 0 },
      });
      await once(client, "open");
      assert(client.extensions.startsWith("permessage-deflate"));
      for (const message of messages) {
        client.send(message);
        const [echo] = await once(client, "message") as [Uint8Array];
        assert(sameBytes(echo, message));
      }
      assertEquals(compressed, 2 * messages.length);
      client.close();
      await once(client, "close");
      server.close();
    });
  }
}
