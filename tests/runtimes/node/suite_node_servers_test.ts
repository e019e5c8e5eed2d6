import process from "node:process";
import { testNodeServers } from "../../kit/suite/test_node_servers.ts";

testNodeServers(
  process.versions.node.startsWith("20.")
    ? {
      "abort() ends the transport at once":
        "Node 20 drops the answer to a stream that is reset in the same turn",
    }
    : {},
);
