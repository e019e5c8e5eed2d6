/**
 * All sentences of the shared suite, in one order on every runtime.
 *
 * @module
 */

import { capabilityCases } from "./capability_cases.ts";
import { closingCases } from "./closing_cases.ts";
import { handshakeCases } from "./handshake_cases.ts";
import { messageCases } from "./message_cases.ts";
import { pressureCases } from "./pressure_cases.ts";
import type { SuiteCase } from "./suite_case.ts";

/** The sentences; a request names one by its index. */
export const suiteCases: readonly SuiteCase[] = [
  ...handshakeCases,
  ...messageCases,
  ...closingCases,
  ...pressureCases,
  ...capabilityCases,
];
