import { acceptWebSocket, HandshakeError, readRequest, toWebSocket } from "../../../mod.ts";
import type { AcceptOptions } from "../../../src/connection/accept_options.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import { denoTransport } from "../../../src/runtime/deno.ts";
import { NativeConnection } from "../../../src/runtime/native_connection.ts";
import { checkNativeOptions, type NativeOptions } from "../../../src/runtime/native_options.ts";
import { StandardSocket } from "../../../src/runtime/standard_socket.ts";
import { dialNode } from "../../kit/dial_node.ts";
import { answerCase } from "../../kit/suite/answer_case.ts";
import { type SuiteOptions, type SuiteTraits, webSocketTraits } from "../../kit/suite/suite_case.ts";
import { testServer } from "../../kit/suite/test_server.ts";

/** What is left of the engine behind a WebSocket's interface. */
const traits: SuiteTraits = { ...webSocketTraits, faults: true };

/** Accepts, makes a WebSocket of the connection, and takes that for a runtime's own. */
async function accept(transport: ByteTransport, options: SuiteOptions, rest: AcceptOptions) {
  const { onMessage, maxReceiveQueue, closeTimeout, maxMessageSize, maxSendQueue, ...handshake } = options;
  const limits = { onMessage, maxReceiveQueue, closeTimeout, maxMessageSize, maxSendQueue } as NativeOptions;
  checkNativeOptions({ ...handshake as NativeOptions, ...limits }, traits);
  try {
    const connection = await acceptWebSocket(transport, { ...handshake as AcceptOptions, ...rest });
    const { protocol, request } = connection;
    let failure = new Error("nothing is known");
    connection.closed.then(({ error }) => failure = error as Error);
    const socket = new StandardSocket(toWebSocket(connection), {
      capabilities: traits,
      explain: () => failure,
    });
    return { connection: new NativeConnection(socket, { ...limits, role: "server", protocol, request }) };
  } catch (error) {
    if (error instanceof HandshakeError) return { error };
    throw error;
  }
}

testServer({
  name: "toWebSocket() over the engine",
  traits,
  dial: dialNode,
  start() {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    (async () => {
      for await (const conn of listener) void serve(denoTransport(conn));
    })();
    return Promise.resolve({ url: `ws://127.0.0.1:${listener.addr.port}`, stop: () => listener.close() });
  },
});

async function serve(transport: ByteTransport): Promise<void> {
  try {
    const { request, head } = await readRequest(transport);
    const { done } = await answerCase(
      request.target,
      (options) => accept(transport, options, { request, head }),
    );
    await done;
  } catch (error) {
    transport.destroy(error);
  }
}
