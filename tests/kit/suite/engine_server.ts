/**
 * Our engine as a subject of the shared suite, over any transport.
 *
 * @module
 */

import { acceptWebSocket, HandshakeError, readRequest } from "../../../mod.ts";
import type { ByteTransport } from "../../../src/connection/byte_transport.ts";
import type { AcceptOptions } from "../../../src/connection/accept_options.ts";
import { answerCase } from "./answer_case.ts";
import type { SuiteTraits } from "./suite_case.ts";

/** The engine can do it all. */
export const engineTraits: SuiteTraits = {
  backpressure: true,
  sendBackpressure: true,
  ping: true,
  streaming: true,
  sendOptions: true,
  closeCodes: true,
  closingHandshake: true,
  abort: true,
  keepalive: true,
  utf8: true,
  faults: true,
  receiving: true,
};

/** Serves one connection. Never rejects. */
export async function serveCase(transport: ByteTransport): Promise<void> {
  try {
    const { request, head } = await readRequest(transport);
    const { done } = await answerCase(request.target, async (options) => {
      try {
        return {
          connection: await acceptWebSocket(transport, { ...options as AcceptOptions, request, head }),
        };
      } catch (error) {
        if (error instanceof HandshakeError) return { error };
        throw error;
      }
    });
    await done;
  } catch (error) {
    transport.destroy(error);
  }
}
