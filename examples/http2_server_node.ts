// A page and its WebSockets on one HTTP/2 connection (RFC 8441), and WebSockets over HTTP/1.1 on the same port.
// openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost
// Run, after `deno install`, with Node 24 or later: node --import ./tools/node_imports.js examples/http2_server_node.ts
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { attachWebSocket } from "@weft/websocket/node";

const page = `<!doctype html><title>WebSockets over HTTP/2</title><output></output><script>
  const socket = new WebSocket("wss://" + location.host + "/echo");
  socket.onopen = () => socket.send("Hello");
  socket.onmessage = ({ data }) => document.querySelector("output").textContent = data;
</script>`;

const { CERT = "cert.pem", KEY = "key.pem", PORT = "10088" } = process.env;
const server = createSecureServer({ cert: readFileSync(CERT), key: readFileSync(KEY), allowHTTP1: true });

server.on("request", (_request, response) => {
  response.setHeader("content-type", "text/html");
  response.end(page);
});

attachWebSocket(server, {
  path: "/echo",
  onMessage: (message, connection) => connection.send(`${message} over ${connection.request?.version}`),
});

server.listen(Number(PORT), () => {
  console.log(`Listening on https://localhost:${(server.address() as AddressInfo).port}/`);
});
