# The configuration of durable_object.ts: an HTTP port leads to the worker, and the worker to its Durable Objects, which are kept in memory.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "rooms", worker = (
      modules = [(name = "worker", esModule = embed "../.artifacts/durable_object.js")],
      compatibilityDate = "2026-10-01",
      durableObjectNamespaces = [(className = "Room", uniqueKey = "room")],
      durableObjectStorage = (inMemory = void),
      bindings = [(name = "ROOM", durableObjectNamespace = "Room")],
    )),
  ],
  sockets = [(name = "main", address = "*:10088", http = (), service = "rooms")],
);
