/**
 * Runs collected tests inside a workerd worker: a request for `/tests` runs them all, and its answer is a stream of
 * events, one JSON line each. Everything else goes to the worker that the tests talk to.
 *
 * @module
 */
import { runTests, type TestFiles } from "./collector.ts";

interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

/** The handlers of a worker, as far as tests need them. */
export interface Worker {
  fetch?(request: Request, env: unknown, context: ExecutionContext): Response | Promise<Response>;
  connect?(socket: unknown, env: unknown, context: ExecutionContext): void | Promise<void>;
}

/** A worker that runs `files` and is `worker` otherwise. */
export function serveTests(files: TestFiles, worker: Worker): Worker {
  return {
    ...worker,
    fetch(request, env, context) {
      if (new URL(request.url).pathname !== "/tests") {
        return worker.fetch?.(request, env, context) ?? new Response("Not found", { status: 404 });
      }
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const encoder = new TextEncoder();
      const run = runTests(files, (event) => {
        writer.write(encoder.encode(`${JSON.stringify(event)}\n`)).catch(() => {});
      });
      context.waitUntil(run.finally(() => writer.close()));
      return new Response(readable);
    },
  };
}
