import { testOpenedSocket } from "../../kit/suite/test_open_web_socket.ts";

const skipped = {
  "a message over the runtime's own limit is told as 1006": "Chromium has none, and takes what comes",
};

testOpenedSocket("Chromium's", "WebSocket", { skipped });
testOpenedSocket("Chromium's", "WebSocketStream", {
  skipped: {
    ...skipped,
    "of 10 000 messages at a stalled peer, those over maxSendQueue reject with RangeError":
      "Chromium's page crashes where a connection breaks off under a write that waits",
  },
});
