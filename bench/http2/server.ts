/**
 * An echo on Node: `server.ts 1` over HTTP/1.1, `server.ts 2` over HTTP/2. Prints its port.
 *
 * @module
 */

import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import process from "node:process";
import { attachWebSocket } from "@weft/websocket/node";
import { tellUsage } from "../servers/tell_usage.ts";

const server = process.argv[2] === "2" ? createHttp2Server() : createServer();
attachWebSocket(server, { onMessage: (message, connection) => void connection.send(message) });
server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  console.log((server.address() as { port: number }).port);
});
tellUsage();
