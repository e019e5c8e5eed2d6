# The configuration of echo_server_workerd.ts: a TCP socket leads to the worker, which was bundled before.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "echo", worker = (
      modules = [(name = "worker", esModule = embed "../.artifacts/echo_server_workerd.js")],
      compatibilityDate = "2026-10-01",
    )),
  ],
  sockets = [(name = "main", address = "*:10088", tcp = (), service = "echo")],
);
