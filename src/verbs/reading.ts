// What an overview of a flow is read with.
import type { Cold } from "../cellar/cold.ts";
import type { Flow } from "../flow/flow.ts";
import type { Reading } from "../report/overview.ts";
import { approvalsFor } from "./approvals.ts";
import { limitsOf } from "./periods.ts";
import { type Invocation, withSignal } from "./verb.ts";

/** With approvals as the flow says who approves. */
export const readingOf = (inv: Invocation, flow: Flow, cold: Cold): Reading => ({
  cold,
  flow,
  limits: limitsOf(inv),
  approvalsOf: (ledger) => approvalsFor(inv, flow, cold, ledger),
  ...withSignal(inv.io),
});
