// Every flow with what its ledger says, each by itself: a flow that cannot be read keeps no other
// from being told of.
import { readRecord } from "../cellar/records.ts";
import type { Cold } from "../cellar/cold.ts";
import { periodPrefix } from "../ledger/keys.ts";
import { findingRecord } from "../ledger/receipts.ts";
import { type FlowReport, type LateBatch, reportOn } from "../report/flow-report.ts";
import { type FlowView, readFlowView } from "../report/overview.ts";
import { asCellarmanError, type CellarmanError } from "../runtime/errors.ts";
import { chosenOf, type FlowFile, invalidFlows, openStore, readFlows } from "./open.ts";
import { limitsOf } from "./periods.ts";
import { type Invocation, withSignal } from "./verb.ts";

/** Batches with late points whose series are looked up. */
const LATE_LOOKED_UP = 20;

/** A flow whose ledger was read. */
export interface Surveyed {
  readonly at: FlowFile;
  readonly report: FlowReport;
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
  const { files, bad } = await readFlows(inv);
  const chosen = bad.length > 0 && inv.positionals.length === 0 ? files : chosenOf(inv, files);
  const read: Surveyed[] = [];
  const unread: Unread[] = [];
  for (const at of chosen) {
    try {
      read.push({ at, report: await reportFlow(inv, at) });
    } catch (thrown) {
      inv.io.signal?.throwIfAborted();
      unread.push({ at, error: asCellarmanError(thrown) });
    }
  }
  return { read, unread, invalid: bad.length === 0 ? undefined : invalidFlows(bad) };
}

/** Reads one flow's ledger and judges it. */
export async function reportFlow(inv: Invocation, at: FlowFile): Promise<FlowReport> {
  const cold = await openStore(inv, at);
  try {
    const reading = { cold, flow: at.flow, limits: limitsOf(inv), ...withSignal(inv.io) };
    const view = await readFlowView(reading);
    return reportOn(view, await lateBatches(cold, view));
  } finally {
    await cold.close();
  }
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
  const finding = newest && (await readRecord(cold, newest.key, findingRecord));
  return finding?.value.series ?? [];
}
