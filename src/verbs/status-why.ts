// status --why: the gate, batch by batch, without deleting and without writing to the bucket.
import type { Cold } from "../cellar/cold.ts";
import { dryRun } from "../cellar/dry-run.ts";
import { isEnded } from "../plan/due.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { type CheckLine, type GateCase, no, type Outcome } from "../purge/check.ts";
import { type FlowView, readFlowView } from "../report/overview.ts";
import { waitOf } from "../report/waits.ts";
import { asCellarmanError, CellarmanError, EXIT } from "../runtime/errors.ts";
import { startProgress } from "../runtime/progress.ts";
import { chosenFlow, type FlowFile, openStore } from "./open.ts";
import { limitsOf, readRuled, type RuledPeriod } from "./periods.ts";
import { casesOfPeriod, newestList } from "./gate-cases.ts";
import { flowAsOfNow, type FlowNow } from "./purge-ports.ts";
import { noBatch, noPeriod } from "./status-errors.ts";
import { type Explainer, openExplainer } from "./status-why-gate.ts";
import { explainedJson, explainedText } from "./status-why-text.ts";
import { type Invocation, type VerbResult, withSignal } from "./verb.ts";

/** What the gate says of one batch. */
export interface Explained {
  readonly batch: string;
  readonly state: BatchStatus["state"];
  /** `done`: the batch has ended, and there is nothing to judge. */
  readonly outcome: Outcome | "done";
  readonly lines: readonly CheckLine[];
}

/**
 * Evaluates the gate for the batch that is named, or for every batch of the period that has not
 * ended.
 */
export async function explainGate(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  const [, period, only] = inv.positionals;
  if (period === undefined) {
    throw new CellarmanError("usage", "status --why needs a flow and a period", {
      hint: "cellarman status metrics 2025-11 --why",
    });
  }
  const store = await openStore(inv, at);
  try {
    const cold = dryRun(store);
    const limits = limitsOf(inv);
    const view = await readFlowView({ cold, flow: at.flow, limits, ...withSignal(inv.io) }, period);
    const found = await readRuled(inv, at.flow, cold, period, view.nowMs);
    const kind = view.periods[0]?.kind;
    if (kind === undefined) throw noPeriod(at.flow.name, period);
    if (kind !== "open" || !found) return nothingToJudge(view, period, kind);
    const { now, problem } = await flowNow(inv, at);
    const explainer = await openExplainer(inv, at, now, { cold, store }, problem);
    try {
      const listed = await newestList(cold, at.flow.name);
      const cases = await casesOf(inv, now, cold, found, listed, only);
      return resultOf(at.flow.name, period, await explainAll(inv, explainer, cases));
    } finally {
      await explainer.close();
    }
  } finally {
    await store.close();
  }
}

function nothingToJudge(view: FlowView, period: string, kind: string): VerbResult {
  const flow = view.flow.name;
  const why = kind === "closed" ? "closed: nothing is left to purge" : "not planned";
  return {
    exitCode: EXIT.done,
    text: `${flow} ${period}: ${why}.\n`,
    json: { flow, period, state: kind, batches: [] },
  };
}

/** The flow as the default branch has it; where that cannot be told, the local one, and why. */
async function flowNow(
  inv: Invocation,
  at: FlowFile,
): Promise<{ now: FlowNow; problem: string | undefined }> {
  try {
    return { now: await flowAsOfNow(inv, at), problem: undefined };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const now = { flow: at.flow, flowFile: at.file, forge: undefined };
    return { now, problem: asCellarmanError(thrown).message };
  }
}

interface Case {
  readonly status: BatchStatus;
  readonly gate: GateCase;
}

async function casesOf(
  inv: Invocation,
  now: FlowNow,
  cold: Cold,
  found: RuledPeriod,
  listed: ReadonlySet<string>,
  only: string | undefined,
): Promise<Case[]> {
  const { flow, period } = found.ledger.at;
  const chosen = found.statuses.filter((s) =>
    only === undefined ? !isEnded(s) && s.state !== "purged" : s.batch.id === only,
  );
  if (chosen.length === 0 && only !== undefined) {
    throw noBatch(flow, period, only);
  }
  const { caseOf } = await casesOfPeriod(inv, now, cold, found, listed);
  return chosen.map((status) => {
    const gate = caseOf(status);
    // Nothing rests on this reading, so it may take longer than a warrant lives.
    const limits = { ...gate.limits, gateReadMs: now.flow.run.timeoutMs };
    return { status, gate: { ...gate, limits, onList: gate.onList || status.state === "purging" } };
  });
}

async function explainAll(
  inv: Invocation,
  explainer: Explainer,
  cases: readonly Case[],
): Promise<Explained[]> {
  const { clock, terminal, signal } = inv.io;
  const progress = startProgress("explain", cases.length, clock, inv.log, terminal);
  const explained: Explained[] = [];
  for (const one of cases) {
    signal?.throwIfAborted();
    explained.push(await explainOne(explainer, one));
    progress.done(BigInt(one.status.batch.points ?? 0));
  }
  progress.end();
  return explained;
}

async function explainOne(explainer: Explainer, { status, gate }: Case): Promise<Explained> {
  const { state } = status;
  const batch = status.batch.id;
  if (isEnded(status) || state === "purged") return { batch, state, outcome: "done", lines: [] };
  if (!status.seal) {
    const { flow, period } = gate.at;
    const wait = waitOf(status, { flow, period, purgedMs: undefined, reconcileMs: 0 });
    const more = wait?.next === undefined ? {} : { next: wait.next };
    const line = no("wait", "archived", "no seal", "a sealed attempt", more);
    return { batch, state, outcome: "wait", lines: [line] };
  }
  const lines = await explainer.explain(gate);
  return { batch, state, outcome: lines.find((l) => !l.ok)?.outcome ?? "go", lines };
}

const resultOf = (flow: string, period: string, explained: readonly Explained[]): VerbResult => ({
  exitCode: EXIT.done,
  text: explainedText(flow, period, explained),
  json: { flow, period, state: "open", batches: explained.map(explainedJson) },
});
