# The configuration of fetch_handler_cloudflare.ts: an HTTP port leads to the worker, which was bundled before.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "echo", worker = (
      modules = [(name = "worker", esModule = embed "../.artifacts/fetch_handler_cloudflare.js")],
      compatibilityDate = "2026-10-01",
    )),
  ],
  sockets = [(name = "main", address = "*:10088", http = (), service = "echo")],
);
