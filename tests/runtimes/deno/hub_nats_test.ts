import { testNatsBroker } from "../../kit/hub_nats_cases.ts";

testNatsBroker();
