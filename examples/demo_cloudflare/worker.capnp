# The configuration of demo_cloudflare/worker.ts: HTTP leads to the worker, which was bundled before, and has a Durable Object a room.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "demo", worker = (
      modules = [(name = "worker", esModule = embed "../../.artifacts/demo_cloudflare/worker.js")],
      compatibilityDate = "2026-10-01",
      durableObjectNamespaces = [(className = "Room", uniqueKey = "demo")],
      durableObjectStorage = (inMemory = void),
      bindings = [(name = "ROOMS", durableObjectNamespace = "Room")],
    )),
  ],
  sockets = [(name = "main", address = "*:10088", http = (), service = "demo")],
);
