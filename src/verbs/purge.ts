// purge: what the newest purge list names, one batch after the other, each through the gate; then
// reconcile and close.
import type { BatchStatus } from "../ledger/state.ts";
import { dueStep, isEnded } from "../plan/due.ts";
import { FENCE_CHECK } from "../purge/check-fence.ts";
import { type BatchPurged, purgeBatch, type PurgePorts } from "../purge/purge-batch.ts";
import { closePeriod, reconcileBatch } from "../purge/reconcile.ts";
import { recordRecount, recount, stalledRecount } from "../purge/recount.ts";
import { EXIT } from "../runtime/errors.ts";
import { some } from "../runtime/words.ts";
import { startProgress } from "../runtime/progress.ts";
import type { GateCase } from "../purge/check.ts";
import { casesOfPeriod, listName, newestList } from "./gate-cases.ts";
import { chosenFlows, type FlowFile, openReader, openStore } from "./open.ts";
import { limitsOf, openPeriods, type RuledPeriod } from "./periods.ts";
import { flowAsOfNow, type FlowNow, openPurge } from "./purge-ports.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** What purging one flow came to. */
export interface FlowPurged {
  readonly flow: string;
  readonly batches: readonly (BatchPurged & { period: string; batch: string })[];
  readonly reconciled: number;
  readonly late: number;
  readonly closed: readonly string[];
  /** What is not due yet, in words; empty: nothing. */
  readonly waiting: string;
  readonly note: string | undefined;
}

/**
 * Purges the chosen flows. Waiting is success; a quarantine is exit 4, a batch that stays purging
 * exit 3.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const results: FlowPurged[] = [];
  for (const at of await chosenFlows(inv)) results.push(await purgeFlow(inv, at));
  return {
    exitCode: exitCodeFor(results),
    text: results.map(describe).join(""),
    json: { flows: results.map(toJson) },
  };
}

const nothing = (flow: string, note: string): FlowPurged => ({
  flow,
  batches: [],
  reconciled: 0,
  late: 0,
  closed: [],
  waiting: "",
  note,
});

async function purgeFlow(inv: Invocation, at: FlowFile): Promise<FlowPurged> {
  const now = await flowAsOfNow(inv, at);
  const { name } = now.flow;
  if (now.flow.purge.mode === "never") return nothing(name, "purge.mode is never");
  const cold = await openStore(inv, at);
  const hot = await openReader(inv, at);
  const ports = openPurge(inv, now, { hot, cold });
  try {
    const periods = await openPeriods(inv, now.flow, cold);
    const batches = await purgeListed(inv, now, ports, periods);
    if (typeof batches === "string") return nothing(name, batches);
    const waiting = waitingText(periods.flatMap((p) => p.statuses));
    const ended = await reconcileAll(inv, now, ports);
    return { flow: name, batches, ...ended, waiting, note: undefined };
  } finally {
    await Promise.all([ports.close(), hot.close(), cold.close()]);
  }
}

/**
 * Purges what the newest list names of these periods, and what is purging already; a string says
 * why nothing was.
 */
export async function purgeListed(
  inv: Invocation,
  now: FlowNow,
  ports: PurgePorts,
  periods: readonly RuledPeriod[],
): Promise<FlowPurged["batches"] | string> {
  const listed = await newestList(ports.cold, now.flow.name);
  const cases: GateCase[] = [];
  for (const period of periods) {
    const due = period.statuses.filter(
      (s) => s.state === "purging" || isListedAndDue(s, listed, period.ledger.at.period),
    );
    if (due.length === 0) continue;
    const { caseOf } = await casesOfPeriod(inv, now, ports.cold, period, listed);
    cases.push(...due.map(caseOf));
  }
  const purged = [];
  const { clock, terminal } = inv.io;
  const progress = startProgress("purge", cases.length, clock, inv.log, terminal);
  for (const gate of cases) {
    inv.io.signal?.throwIfAborted();
    const stalled = await stalledRecount(ports.cold, gate.plan.value.server);
    if (stalled && !(await recountsAgain(gate, ports))) {
      const server = gate.plan.value.server;
      const ended = `a recount on ${server} did not end in time (batch ${stalled.batch})`;
      return `${ended}: compact LevelDB, then run again`;
    }
    const result = await withFenceWait(inv, gate, ports);
    purged.push({ ...result, period: gate.at.period, batch: gate.at.batch });
    progress.done(result.points);
  }
  progress.end();
  return purged;
}

const isListedAndDue = (s: BatchStatus, listed: ReadonlySet<string>, period: string): boolean =>
  dueStep(s) === "purge" && listed.has(listName(period, s.batch.id));

/**
 * The fence's second probe is due a lag after the first: waited for here, where it is all that is
 * missing.
 */
async function withFenceWait(
  inv: Invocation,
  gate: GateCase,
  ports: PurgePorts,
): Promise<BatchPurged> {
  const first = await purgeBatch(gate, ports);
  const line = first.gate?.lines.find((l) => !l.ok);
  const fence = gate.flow.purge.writeFence;
  if (line?.check !== FENCE_CHECK || line.earliestMs === undefined || fence?.kind !== "probe") {
    return first;
  }
  const waitMs = line.earliestMs - (await ports.cold.nowMs()) + 1_000;
  if (waitMs > fence.lagMs + 1_000) return first;
  inv.log.info(`waiting ${Math.ceil(waitMs / 60_000)} min for the write fence's second probe`);
  await inv.io.clock.sleep(Math.max(waitMs, 0), inv.io.signal);
  return purgeBatch(gate, ports);
}

/** A recount that ends in time, whatever it counts, opens the server again. */
async function recountsAgain(gate: GateCase, ports: PurgePorts): Promise<boolean> {
  const once = await recount(gate, ports, gate.range);
  if (once.outcome === "no-answer") return false;
  await recordRecount(gate, ports.cold, true);
  return true;
}

/** Reconciles what was purged long enough ago, and closes periods whose batches have all ended. */
export async function reconcileAll(
  inv: Invocation,
  now: FlowNow,
  ports: PurgePorts,
): Promise<Pick<FlowPurged, "reconciled" | "late" | "closed">> {
  const counts = { reconciled: 0, late: 0 };
  const closed: string[] = [];
  const { cold, hot } = ports;
  const nowMs = await cold.nowMs();
  const { reconcileMs } = limitsOf(inv);
  for (const { ledger, ruling, statuses } of await openPeriods(inv, now.flow, cold)) {
    const work = { hot, cold, plan: ruling.plan, process: inv.process };
    for (const { state, batch } of statuses) {
      const purgedMs = Math.max(0, ...ledger.marksOf(batch.id).purged.map((m) => m.atMs));
      if (state !== "purged" || nowMs - purgedMs < reconcileMs) continue;
      inv.io.signal?.throwIfAborted();
      counts[await reconcileBatch(work, { ...ledger.at, batch: batch.id }, batch)]++;
    }
  }
  for (const { ledger, ruling, statuses } of await openPeriods(inv, now.flow, cold)) {
    if (statuses.length === 0 || !statuses.every(isEnded)) continue;
    const work = { hot, cold, plan: ruling.plan, process: inv.process };
    const closing = await closePeriod(work, ledger.at, ruling.batches);
    if (closing.outcome === "closed") closed.push(ledger.at.period);
    else counts.late += closing.batches;
  }
  return { ...counts, closed };
}

function exitCodeFor(results: readonly FlowPurged[]): number {
  const outcomes = new Set(results.flatMap((r) => r.batches.map((b) => b.outcome)));
  if (outcomes.has("quarantine")) return EXIT.mismatch;
  const partial =
    outcomes.has("purging") ||
    outcomes.has("retry") ||
    results.some((r) => r.note?.startsWith("a recount"));
  return partial ? EXIT.partial : EXIT.done;
}

/** How many batches cool, and until when. */
function waitingText(statuses: readonly BatchStatus[]): string {
  const grace = statuses.filter((s) => s.waitsFor === "grace");
  const approval = statuses.filter((s) => s.waitsFor === "approval");
  const untilMs = Math.min(...grace.map((s) => s.untilMs ?? Number.POSITIVE_INFINITY));
  const first = Number.isFinite(untilMs)
    ? `, the first until ${new Date(untilMs).toISOString()}`
    : "";
  return [
    grace.length > 0 ? `cooling: ${some(grace.length, "batch", "batches")}${first}` : "",
    approval.length > 0 ? `to be approved: ${some(approval.length, "batch", "batches")}` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

function describe(result: FlowPurged): string {
  const { flow, batches, reconciled, late, closed, note } = result;
  if (note) return `${flow}: ${note}.\n`;
  const points = batches.reduce((n, b) => n + b.points, 0n);
  const lines = batches.map((b) => `  ${b.period} ${b.batch}: ${b.outcome}: ${b.note}\n`);
  const rest = [
    reconciled > 0 ? `${some(reconciled, "batch", "batches")} reconciled` : "",
    late > 0 ? `late points in ${some(late, "batch", "batches")}` : "",
    closed.length > 0 ? `closed: ${closed.join(", ")}` : "",
    result.waiting,
  ].filter(Boolean);
  const purged = batches.filter((b) => b.outcome === "purged").length;
  return (
    `${flow}: ${purged} of ${batches.length} batches purged, ${points} points deleted from hot.\n` +
    lines.join("") +
    (rest.length > 0 ? `  ${rest.join("; ")}\n` : "") +
    (purged > 0 ? "  LevelDB frees the disk only when it compacts.\n" : "")
  );
}

function toJson(result: FlowPurged): object {
  return {
    ...result,
    note: result.note ?? null,
    batches: result.batches.map(({ gate, points, ...rest }) => ({
      ...rest,
      points: String(points),
      gate: gate?.lines ?? [],
    })),
  };
}
