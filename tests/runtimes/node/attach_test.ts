import { testNodeAttachments } from "../../kit/node_attach_contract.ts";

testNodeAttachments();
