/// <reference path="./bun.d.ts" />

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, server) => server.upgrade(request) ? undefined : new Response(null, { status: 426 }),
  websocket: { message: (socket, message) => void socket.send(message), perMessageDeflate: false },
});
console.log(server.port);
