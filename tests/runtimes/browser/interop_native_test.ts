import { testInterop } from "../../kit/interop_cases.ts";
import { connectNative } from "../../kit/interop_native.ts";
import { weftServerFacts } from "../../kit/interop_weft.ts";
import { findPeers } from "../../kit/read_environment.ts";

testInterop(
  "Chromium's WebSocket at our server over Deno.listen",
  { compresses: true, emptyClose: 1005, tellsRefusal: false, clientPings: false, ...weftServerFacts },
  (compresses) => ({
    connect: (path, protocols = []) =>
      connectNative(
        new WebSocket(`${compresses ? findPeers().weft : findPeers().plainWeft}${path}`, protocols),
      ),
  }),
);
