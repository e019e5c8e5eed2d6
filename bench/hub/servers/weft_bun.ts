/// <reference path="../../servers/bun.d.ts" />

import { bunSocketOptions } from "@weft/websocket/bun";
import { obey } from "../obey.ts";
import { serveHub } from "../serve_hub.ts";

const hub = serveHub();
const listener = Bun.listen({
  hostname: "0.0.0.0",
  port: 0,
  ...bunSocketOptions((transport) => hub.accept(transport)),
});
void obey(listener.port, hub);
