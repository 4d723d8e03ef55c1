// status: every flow, period and batch, from the ledger alone; with --why the gate, line by line,
// deleting nothing.
import type { BatchView, OpenPeriod } from "../report/open-period.ts";
import { type FlowView, readFlowView } from "../report/overview.ts";
import { batchJson, flowJson } from "../report/status-json.ts";
import { batchesText, flowText } from "../report/status-text.ts";
import { EXIT } from "../runtime/errors.ts";
import { chosenFlows, type FlowFile, openStore } from "./open.ts";
import { readingOf } from "./reading.ts";
import { noBatch, noPeriod } from "./status-errors.ts";
import { explainGate } from "./status-why.ts";
import { flagOption, type Invocation, type VerbResult } from "./verb.ts";

/** Shows what the ledger says: `status [FLOW [PERIOD [BATCH]]] [--why]`. Waiting is success. */
export async function run(inv: Invocation): Promise<VerbResult> {
  if (flagOption(inv.options, "why")) return explainGate(inv);
  const [, period] = inv.positionals;
  const views: FlowView[] = [];
  for (const at of await chosenFlows(inv)) views.push(await readView(inv, at, period));
  const [view] = views;
  if (period !== undefined && view) return onePeriod(inv, view, period);
  return {
    exitCode: EXIT.done,
    text: views.map(flowText).join("\n") || "No flows.\n",
    json: { flows: views.map(flowJson) },
  };
}

/** One flow's view of the ledger; `period` names the one period to look into. */
export async function readView(inv: Invocation, at: FlowFile, period?: string): Promise<FlowView> {
  const cold = await openStore(inv, at);
  try {
    return await readFlowView(readingOf(inv, at.flow, cold), period);
  } finally {
    await cold.close();
  }
}

function onePeriod(inv: Invocation, view: FlowView, period: string): VerbResult {
  const found = view.periods[0];
  if (!found) throw noPeriod(view.flow.name, period);
  const batches = found.kind === "open" ? chosenBatches(inv, found) : [];
  return {
    exitCode: EXIT.done,
    text: found.kind === "open" ? batchesText(view, found, batches) : flowText(view),
    json: {
      flows: [flowJson(view)],
      batches: found.kind === "open" ? batches.map((b) => batchJson(view, found, b)) : [],
    },
  };
}

function chosenBatches(inv: Invocation, open: OpenPeriod): readonly BatchView[] {
  const [flow = "", period = "", wanted] = inv.positionals;
  if (wanted === undefined) return open.batches;
  const found = open.batches.filter((b) => b.status.batch.id === wanted);
  if (found.length > 0) return found;
  throw noBatch(flow, period, wanted);
}
