// report: what was done, what waits and until when, what needs a person. From the ledger alone.
import { writeFile } from "node:fs/promises";
import { readRecord } from "../cellar/records.ts";
import type { Cold } from "../cellar/cold.ts";
import { periodPrefix } from "../ledger/keys.ts";
import { findingRecord } from "../ledger/receipts.ts";
import { type FlowReport, type LateBatch, reportOn } from "../report/flow-report.ts";
import { type FlowView, readFlowView } from "../report/overview.ts";
import { reportJson } from "../report/report-json.ts";
import { reportMarkdown } from "../report/report-markdown.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { chosenFlows, type FlowFile, openStore } from "./open.ts";
import { readingOf } from "./reading.ts";
import { type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Batches with late points whose series are looked up. */
const LATE_LOOKED_UP = 20;

/** Writes the report: Markdown on stdout, and to `--output FILE` as well. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const reports: FlowReport[] = [];
  for (const at of await chosenFlows(inv)) reports.push(await reportFlow(inv, at));
  const nowMs = reports[0]?.view.nowMs ?? inv.io.clock.now();
  const text = reportMarkdown(reports, nowMs);
  const output = textOption(inv.options, "output");
  if (output !== undefined) await writeReport(output, text);
  return { exitCode: EXIT.done, text, json: { flows: reports.map(reportJson) } };
}

async function writeReport(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new CellarmanError("disk", `the report cannot be written to ${file}`, {
      where: file,
      hint: "Say --output with a file in a folder that exists and may be written to.",
      cause,
    });
  }
}

async function reportFlow(inv: Invocation, at: FlowFile): Promise<FlowReport> {
  const cold = await openStore(inv, at);
  try {
    const view = await readFlowView(readingOf(inv, at.flow, cold));
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
