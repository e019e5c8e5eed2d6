import { testNodeUpgrades } from "../../kit/node_upgrade_contract.ts";

testNodeUpgrades();
