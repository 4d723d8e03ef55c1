// Every flow with what its ledger says, each by itself: a flow that cannot be read keeps no other
// from being told of.
import { ifReadable, readRecord } from "../cellar/records.ts";
import type { Cold } from "../cellar/cold.ts";
import { type Assigned, assignedBy } from "../alert/assigned.ts";
import { isUnplanned } from "../alert/overdue.ts";
import { lastCommitMs } from "../forge/git.ts";
import { legsKey, periodPrefix } from "../ledger/keys.ts";
import { legsRecord } from "../ledger/records.ts";
import { findingRecord } from "../ledger/receipts.ts";
import { type FlowReport, type LateBatch, reportOn } from "../report/flow-report.ts";
import { type FlowView, readFlowView } from "../report/overview.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { chosenOf, type FlowFile, invalidFlows, openStore, readFlows } from "./open.ts";
import { readingOf } from "./reading.ts";
import { type Invocation, textOption } from "./verb.ts";

/** Batches with late points whose series are looked up. */
const LATE_LOOKED_UP = 20;

/** A flow whose ledger was read. */
export interface Surveyed {
  readonly at: FlowFile;
  readonly report: FlowReport;
  /** What this run's jobs were to move; undefined: not known, whatever is due. */
  readonly assigned: Assigned | undefined;
  /** When the file of a flow without any plan last changed, ms; undefined: planned, or unknown. */
  readonly changedMs: number | undefined;
}

/** A flow whose ledger could not be read. */
export interface Unread {
  readonly at: FlowFile;
  readonly error: CellarmanError;
}

/** All flows. */
export interface Survey {
  readonly read: readonly Surveyed[];
  readonly unread: readonly Unread[];
  /** What is wrong with files that are no flows; undefined: nothing. */
  readonly invalid: CellarmanError | undefined;
}

/** Reads every chosen flow. Throws only where no flow can be looked for, or when interrupted. */
export async function surveyFlows(inv: Invocation): Promise<Survey> {
  planOf(inv);
  const { files, bad } = await readFlows(inv);
  const [wanted] = inv.positionals;
  const isThere = wanted === undefined || files.some(({ flow }) => flow.name === wanted);
  if (!isThere && bad.length > 0) throw invalidFlows(bad);
  const chosen = chosenOf(inv, files);
  const read: Surveyed[] = [];
  const unread: Unread[] = [];
  for (const at of chosen) {
    try {
      read.push(await surveyFlow(inv, at));
    } catch (thrown) {
      inv.io.signal?.throwIfAborted();
      unread.push({ at, error: asCellarmanError(thrown) });
    }
  }
  return { read, unread, invalid: bad.length === 0 ? undefined : invalidFlows(bad) };
}

/** Reads one flow's ledger and judges it. */
async function surveyFlow(inv: Invocation, at: FlowFile): Promise<Surveyed> {
  const cold = await openStore(inv, at);
  try {
    const view = await readFlowView(readingOf(inv, at.flow, cold));
    const report = reportOn(view, await lateBatches(cold, view));
    const changedMs = isUnplanned(view) ? await lastCommitMs(at.file) : undefined;
    return { at, report, assigned: await assignedIn(inv, at, cold), changedMs };
  } finally {
    await cold.close();
  }
}

/** The plan that `--plan` names; empty where plan failed: nothing of this run is known then. */
function planOf(inv: Invocation): string | undefined {
  const id = textOption(inv.options, "plan") || undefined;
  if (id === undefined || /^[0-9a-f]{32}$/.test(id)) return id;
  throw new CellarmanError("usage", `--plan ${id}: expected the id that plan --legs printed`);
}

/** What `plan` wrote down for this run's jobs, where `--plan ID` names it. */
async function assignedIn(
  inv: Invocation,
  { flow }: FlowFile,
  cold: Cold,
): Promise<Assigned | undefined> {
  const id = planOf(inv);
  if (id === undefined) return undefined;
  const record = await readRecord(cold, legsKey(flow.name, id), legsRecord);
  return assignedBy(record?.value ?? null);
}

/** The batches that got late points most often, with the series that their newest finding names. */
async function lateBatches(cold: Cold, { flow, periods }: FlowView): Promise<LateBatch[]> {
  const counted = periods
    .filter((p) => p.kind === "open")
    .flatMap(({ period, batches }) =>
      batches.map(({ status }) => ({
        period,
        batch: status.batch.id,
        times: status.lateCount,
      })),
    )
    .filter(({ times }) => times > 0)
    .toSorted((a, b) => b.times - a.times);
  return Promise.all(
    counted.map(async (late, i) => ({
      ...late,
      series: i < LATE_LOOKED_UP ? await seriesOf(cold, { ...late, flow: flow.name }) : [],
    })),
  );
}

async function seriesOf(
  cold: Cold,
  at: { flow: string; period: string; batch: string },
): Promise<readonly string[]> {
  const listed = await Array.fromAsync(cold.list(`${periodPrefix("findings", at)}${at.batch}/`));
  const newest = listed.toSorted((a, b) => b.lastModifiedMs - a.lastModifiedMs)[0];
  if (!newest) return [];
  const finding = await ifReadable(readRecord(cold, newest.key, findingRecord));
  return finding?.value.series ?? [`unknown: ${newest.key} cannot be read`];
}
