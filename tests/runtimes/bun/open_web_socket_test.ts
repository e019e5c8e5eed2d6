import { testOpenWebSocket } from "../../kit/open_cases.ts";

testOpenWebSocket("WebSocket");
