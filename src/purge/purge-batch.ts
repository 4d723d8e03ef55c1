// One batch from gate to receipt: gate → intent → delete once → recount → receipt. Safe to repeat
// at any point: the gate passes a partly deleted batch, and never rests on memory (design §3).
import type { Cold } from "../cellar/cold.ts";
import { putHold } from "../cellar/holds.ts";
import {
  quoteOf,
  readNumbered,
  readRecord,
  writeNumbered,
  writeRecord,
} from "../cellar/records.ts";
import { withdrawnSeals } from "../cellar/withdrawn.ts";
import { batchRecordKey, intentKey, periodPrefix, purgedKey } from "../ledger/keys.ts";
import { type Quoted, sealRecord } from "../ledger/records.ts";
import { intentRecord } from "../ledger/receipts.ts";
import { cutRange } from "../plan/slices.ts";
import { randomId } from "../runtime/random.ts";
import { writeFinding } from "../verify/verify.ts";
import type { Range } from "../warp10/range.ts";
import type { GateCase, GatePorts, Outcome } from "./check.ts";
import { needsReviews } from "./approval/read.ts";
import { checkFlowNow, checkHolds } from "./check-orders.ts";
import type { DeleteAnswer, Deleter } from "./delete.ts";
import { evaluateGate, type GateResult } from "./gate.ts";
import { recordRecount, recount, recountOnce } from "./recount.ts";
import { readView, type View } from "./view.ts";
import type { Warrant } from "./warrant.ts";
import { weighAnswer } from "./weigh-answer.ts";

/** What became of a batch. */
export interface BatchPurged {
  readonly outcome: Outcome | "purged" | "purging";
  /** The last gate, for its lines. */
  readonly gate: GateResult | undefined;
  readonly points: bigint;
  readonly note: string;
}

/** Ports of a purge: a gate's, and the delete. */
export interface PurgePorts extends GatePorts {
  readonly deleter: Deleter;
}

/**
 * Purges one batch as far as the gate lets it. A batch with an intent on record is recounted first.
 */
export async function purgeBatch(gate: GateCase, ports: PurgePorts): Promise<BatchPurged> {
  const whole = gate.range;
  const intents = await readNumbered(ports.cold, (n) => intentKey(gate.at, n), intentRecord);
  if (intents.length > 0) {
    const left = await recountOnce(gate, ports, whole);
    if (left.outcome === "zero")
      return settle(gate, ports, { intents, points: 0n, registered: [] });
    if (left.outcome === "no-answer") return stalled(gate, ports, left.reason);
  }
  let points = 0n;
  const registered: string[] = [];
  for (const range of await rangesOf(gate, ports)) {
    const part = await purgeRange({ ...gate, range }, ports);
    points += part.points;
    registered.push(...part.registered);
    if (part.ended) return { ...part.ended, points };
  }
  const made = await readNumbered(ports.cold, (n) => intentKey(gate.at, n), intentRecord);
  const left = await recount(gate, ports, whole);
  if (left.outcome === "no-answer") return stalled(gate, ports, left.reason);
  if (left.outcome === "left") return stays(`${left.points} points are left after the delete`);
  return settle(gate, ports, { intents: made, points, registered });
}

/** Time ranges that one gate can judge within a warrant's life, by the largest seal in force. */
async function rangesOf(gate: GateCase, ports: PurgePorts): Promise<Range[]> {
  let points = Number(gate.batch.points ?? 0);
  const withdrawn = await withdrawnSeals(ports.cold, gate.at, gate.at.batch);
  for await (const { key } of ports.cold.list(
    `${periodPrefix("seals", gate.at)}${gate.at.batch}/`,
  )) {
    const seal = withdrawn.has(key) ? undefined : await readRecord(ports.cold, key, sealRecord);
    points = Math.max(points, Number(seal?.value.points ?? 0));
  }
  return cutRange(gate.range, Math.ceil(points / gate.limits.gatePoints));
}

interface RangePurged {
  readonly points: bigint;
  readonly registered: readonly string[];
  /** Set when the batch ends here, for now. */
  readonly ended: Omit<BatchPurged, "points"> | undefined;
}

async function purgeRange(gate: GateCase, ports: PurgePorts): Promise<RangePurged> {
  const result = await evaluateGate(gate, ports, { explain: false });
  const end = (ended: RangePurged["ended"]): RangePurged => ({ points: 0n, registered: [], ended });
  if (result.outcome === "nothing") return end(await nothingToDo(gate, ports, result));
  const { view, warrant } = result;
  if (result.outcome !== "go" || !view || !warrant) {
    await recordRefusal(gate, ports, result);
    return end({ outcome: result.outcome, gate: result, note: failedLine(result) });
  }
  if (gate.dryRun) {
    return end({ outcome: "go", gate: result, note: `would delete ${result.hotPoints} points` });
  }
  const changed = await changedMeanwhile(gate, ports, result);
  if (changed !== undefined) return end({ outcome: "wait", gate: result, note: changed });
  await writeIntent(gate, ports.cold, view, warrant);
  const expected = warrant.facts.expectedSeries;
  const answer = await remove(gate, ports, warrant);
  const judged = await weighAnswer(gate, ports, answer, expected);
  const passed = { points: result.hotPoints, registered: judged.registered };
  if (judged.note) return { ...passed, ended: { ...stays(judged.note), gate: result } };
  return { ...passed, ended: undefined };
}

/**
 * A gate may take minutes: a hold that was put meanwhile, a default branch that moved, an approval
 * that was taken back stop the delete. What throws here deletes nothing either.
 */
async function changedMeanwhile(
  gate: GateCase,
  ports: PurgePorts,
  { view }: GateResult,
): Promise<string | undefined> {
  const flow = await checkFlowNow(gate, ports);
  if (!flow.ok) return `${flow.check}: ${flow.seen}`;
  if (needsReviews(gate.flow)) {
    const relied = new Set((view?.standing ?? []).filter((s) => !s.lacks).map((s) => s.key));
    const now = (await readView(ports.cold, gate, ports.forge)).standing;
    const gone = now.find((s) => relied.has(s.key) && s.lacks);
    if (gone) return gone.lacks?.why;
  }
  // Last: nothing is asked between the holds and the intent.
  const { line } = await checkHolds(gate, ports);
  return line.ok ? undefined : `${line.check}: ${line.seen}`;
}

/**
 * What the gate found stays on record: late points ask for a further attempt, a quarantine for a
 * person.
 */
async function recordRefusal(gate: GateCase, ports: PurgePorts, result: GateResult): Promise<void> {
  if (result.outcome === "late") {
    const seals = (result.view?.seals ?? []).map((s) => s.key);
    const series = result.verdict?.series ?? [];
    await writeFinding(ports.cold, gate.process, gate.at, seals, series);
  }
  if (result.outcome === "quarantine") {
    await putHold(
      ports.cold,
      { kind: "batch", ...gate.at },
      {
        process: gate.process,
        by: "tool",
        reason: failedLine(result),
        finding: result.verdict?.finding ?? null,
      },
    );
  }
}

const failedLine = (result: GateResult): string => {
  const line = result.lines.find((l) => !l.ok);
  return line ? `${line.check}: ${line.seen}` : "";
};

/**
 * Both empty: an end that authorises nothing. Hot empty after a delete: the caller's recount
 * settles it.
 */
async function nothingToDo(
  gate: GateCase,
  ports: PurgePorts,
  result: GateResult,
): Promise<RangePurged["ended"]> {
  if (result.verdict?.seen !== "hot and archive are both empty") return undefined;
  await writeRecord(ports.cold, batchRecordKey("ended", gate.at, randomId()), {
    schema: "cellarman/ended/1",
    ...gate.at,
    process: gate.process,
    previous: [...(result.view?.seals ?? []).map(quoteOf), ...(result.view?.receipts ?? [])],
  });
  return { outcome: "nothing", gate: result, note: "hot and archive are both empty" };
}

async function writeIntent(gate: GateCase, cold: Cold, view: View, by: Warrant): Promise<void> {
  const { seals, receipts, approvals, approvalFiles } = view;
  const before = await readNumbered(cold, (n) => intentKey(gate.at, n), intentRecord);
  await writeNumbered(cold, (n) => intentKey(gate.at, n), {
    schema: "cellarman/intent/1",
    ...gate.at,
    process: gate.process,
    range: { start: String(gate.range.start), end: String(gate.range.end) },
    parents: gate.batch.parents,
    selector: gate.batch.selector,
    server: gate.plan.value.server,
    view: seals.map(quoteOf),
    readBeganMs: by.facts.readBeganMs,
    approvals: [...approvals.map((a) => a.key), ...approvalFiles],
    previous: [...receipts, ...approvals, ...before.slice(-1).map(quoteOf)],
  });
}

/**
 * Deletes once. The abort signal is not passed on: a delete in flight is better answered than cut.
 */
async function remove(gate: GateCase, ports: PurgePorts, warrant: Warrant): Promise<DeleteAnswer> {
  gate.signal?.throwIfAborted();
  return ports.deleter.remove(warrant, ports.clock.now(), { deadlineMs: gate.limits.deleteMs });
}

const stays = (note: string): BatchPurged => ({
  outcome: "purging",
  gate: undefined,
  points: 0n,
  note,
});

async function stalled(gate: GateCase, ports: PurgePorts, reason: string): Promise<BatchPurged> {
  await recordRecount(gate, ports.cold, false);
  return stays(`the recount did not end in time: ${reason}`);
}

interface Settling {
  /** Intents on record before the recount: one that is made after it is not settled by it. */
  readonly intents: readonly Quoted[];
  readonly points: bigint;
  readonly registered: readonly string[];
}

async function settle(
  gate: GateCase,
  ports: PurgePorts,
  { intents, points, registered }: Settling,
): Promise<BatchPurged> {
  await writeRecord(
    ports.cold,
    purgedKey(gate.at, intents.length, randomId()),
    {
      schema: "cellarman/purged/1",
      ...gate.at,
      process: gate.process,
      intents: intents.length,
      points: String(points),
      series: gate.batch.series,
      registeredMeanwhile: [...registered],
      previous: intents.map(quoteOf),
    },
    true,
  );
  return { outcome: "purged", gate: undefined, points, note: "recounted zero" };
}
