# The configuration of client_cloudflare_sockets.ts: an HTTP port leads to the worker, which may connect to anywhere.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "client", worker = (
      modules = [(name = "worker", esModule = embed "../.artifacts/client_cloudflare_sockets.js")],
      bindings = [(name = "ECHO", fromEnvironment = "ECHO")],
      compatibilityDate = "2026-10-01",
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "local"])),
  ],
  sockets = [(name = "main", address = "*:10089", http = (), service = "client")],
);
