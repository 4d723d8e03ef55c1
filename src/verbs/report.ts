// report: what was done, what waits and until when, what needs a person. From the ledger first; in
// CI also from how the run's jobs ended. There it tells those whom the flow names, and fails when
// anything failed.
import { appendFile, writeFile } from "node:fs/promises";
import { waitingForPurge } from "../alert/overdue.ts";
import { harmlessNeeds } from "../alert/run-causes.ts";
import { controlUrl } from "../alert/place.ts";
import {
  droppedOf,
  isSilent,
  notToldOf,
  openForRun,
  placeOf,
  type RunGitHub,
  tellAll,
  toldJson,
} from "./alerting.ts";
import type { Told } from "../alert/tell.ts";
import type { FlowReport } from "../report/flow-report.ts";
import { reportJson } from "../report/report-json.ts";
import { reportMarkdown } from "../report/report-markdown.ts";
import { summaryMarkdown } from "../report/summary.ts";
import { minute, plural } from "../report/words.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { causesJson, type FlowFindings, findingsOf, presentOf } from "./report-findings.ts";
import { type Outcome, readOutcome } from "./report-outcome.ts";
import { type Survey, surveyFlows } from "./survey.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Writes the report: Markdown on stdout, and to `--output FILE` as well. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const isCi = flagOption(inv.options, "alert") || textOption(inv.options, "needs") !== undefined;
  const survey = await surveyFlows(inv);
  const reports = survey.read.map((s) => s.report);
  const nowMs = reports[0]?.view.nowMs ?? inv.io.clock.now();
  if (isCi) return inRun(inv, survey, nowMs);
  const error = survey.invalid ?? survey.unread[0]?.error;
  if (error) throw error;
  const text = reportMarkdown(reports, nowMs);
  await writeReport(inv, text);
  return { exitCode: EXIT.done, text, json: { flows: reports.map(reportJson) } };
}

async function writeReport(inv: Invocation, text: string): Promise<void> {
  const file = textOption(inv.options, "output");
  if (file === undefined) return;
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

/** The report of a run: tells first, so that the summary can say who was told. */
async function inRun(inv: Invocation, survey: Survey, nowMs: number): Promise<VerbResult> {
  const reports = survey.read.map((s) => s.report);
  const run = openForRun(inv);
  try {
    const names = [...survey.read, ...survey.unread].map(({ at }) => at.flow.name);
    const { context, github, budget } = run;
    const asked = context && github ? { context, github, budget } : undefined;
    const outcome = await readOutcome(inv, names, asked);
    const flows = findingsOf(inv, survey, outcome);
    const told = await tellFlows(inv, run, flows, outcome, nowMs);
    const end = endOf(survey, flows, told);
    const notices = noticesOf(survey, outcome, told);
    const remarks = [...whatIsWrong(survey, flows), ...notices, ...notToldOf(told)];
    const summary = summaryMarkdown(
      reports,
      { state: end.state, remarks, links: linksOf(run, told) },
      nowMs,
    );
    await writeReport(inv, `${summary}\n${reportMarkdown(reports, nowMs)}`);
    await writeSummary(inv, summary);
    return {
      exitCode: end.exitCode,
      text: summary,
      json: {
        flows: reports.map(reportJson),
        causes: flows.flatMap(causesJson),
        broken: brokenJson(survey),
        willRerun: outcome.willRerun ?? null,
        alerts: told.map(toldJson),
        notices,
        calls: budget.spent,
      },
    };
  } finally {
    await run.github?.close();
  }
}

/** Where a person goes from the summary: to the flows' issues, and to where all is steered. */
function linksOf({ context }: RunGitHub, told: readonly Told[]): { text: string; url: string }[] {
  if (!context) return [];
  const issues = told
    .filter((one) => one.issueUrl !== undefined)
    .map(({ flow, move, issueUrl = "" }) => ({
      text: `issue of ${flow} (${move})`,
      url: issueUrl,
    }));
  const place = placeOf(context);
  return [...issues, { text: `hold, lift, replan, ask: ${place.control}`, url: controlUrl(place) }];
}

/** A run that is tried again tells nobody yet: neither of trouble nor that all is well. */
async function tellFlows(
  inv: Invocation,
  run: RunGitHub,
  flows: readonly FlowFindings[],
  { willRerun }: Outcome,
  nowMs: number,
): Promise<Told[]> {
  if (!flagOption(inv.options, "alert") || willRerun !== undefined) return [];
  if (flagOption(inv.options, "dry-run")) return [];
  // A run that the schedule started proves that the schedule is in force.
  const onSchedule = run.context?.eventName === "schedule";
  const subjects = flows.map((one) => ({
    at: one.at,
    present: presentOf(one, nowMs, onSchedule ? { schedule: [] } : {}),
  }));
  return tellAll(inv, run, subjects);
}

function endOf(
  { invalid }: Survey,
  flows: readonly FlowFindings[],
  told: readonly Told[],
): { exitCode: number; state: string } {
  const failed = flows.filter((one) => (one.findings.run ?? []).length > 0);
  const troubled = flows.filter((one) => causesJson(one).length > 0);
  const state =
    troubled.length > 0
      ? `${plural(troubled.length, "flow needs", "flows need")} a look`
      : invalid
        ? "Flow files are not valid"
        : "All is well";
  if (failed.length > 0 || told.some(isSilent)) return { exitCode: EXIT.failed, state };
  return { exitCode: invalid ? EXIT.usage : EXIT.done, state };
}

const brokenJson = ({ invalid }: Survey): object[] => {
  if (!invalid) return [];
  const { code, message, hint, retryable } = invalid;
  return [{ flow: "flows", code, message, hint: hint ?? null, retryable }];
};

function whatIsWrong({ invalid }: Survey, flows: readonly FlowFindings[]): string[] {
  const causes = flows.flatMap(({ at, findings }) =>
    [...(findings.run ?? []), ...(findings.ledger ?? [])].map((c) => `${at.flow.name}: ${c.what}`),
  );
  return invalid ? [...causes, invalid.message] : causes;
}

/** What is no failure, and should be read all the same. */
function noticesOf({ read }: Survey, outcome: Outcome, told: readonly Told[]): string[] {
  const works = read.map(({ report: { view }, assigned }) => ({ view, assigned }));
  const again = outcome.willRerun;
  return [
    ...(again === undefined ? [] : [`it will be tried again, nobody is told yet: ${again}`]),
    ...harmlessNeeds(works, outcome).map(({ job, result }) =>
      result === "cancelled"
        ? `${job}: legs were superseded by another run of the same legs`
        : `${job} failed, and left nothing undone`,
    ),
    ...works.flatMap(({ view }) => waitingRemark(view)),
    ...outcome.unknown,
    ...droppedOf(told),
  ];
}

function waitingRemark(view: FlowReport["view"]): string[] {
  const waiting = waitingForPurge(view);
  if (!waiting) return [];
  const { batches, oldestMs } = waiting;
  const what = plural(batches, "batch waits", "batches wait");
  return [`${view.flow.name}: ${what} for cellarman purge, oldest since ${minute(oldestMs)}`];
}

/** Appends to the job's summary, where there is one; not being able to is no failure. */
async function writeSummary(inv: Invocation, summary: string): Promise<void> {
  const file = inv.io.env.get("GITHUB_STEP_SUMMARY");
  if (file === undefined) return;
  try {
    await appendFile(file, `${summary}\n`);
  } catch {
    inv.log.warn("the job's summary could not be written");
  }
}
