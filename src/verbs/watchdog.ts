// watchdog: what should have happened and did not. Overdue periods by the ledger; by GitHub whether
// the workflow is switched on and when it last succeeded. When all is well it pings a heartbeat:
// a repository that has gone silent altogether is seen by nothing else.
import { pingHeartbeat } from "../alert/post.ts";
import { scheduleCauses } from "../alert/schedule.ts";
import { ledgerCauses } from "../alert/ledger-causes.ts";
import type { Findings } from "../alert/trouble.ts";
import { fixedMs, parseDuration } from "../flow/duration.ts";
import { readWorkflow } from "../forge/github/workflows.ts";
import { asCellarmanError, CellarmanError, EXIT } from "../runtime/errors.ts";
import {
  droppedOf,
  isSilent,
  notToldOf,
  openForRun,
  type RunGitHub,
  tellAll,
  toldJson,
} from "./alerting.ts";
import {
  causesJson,
  type FlowFindings,
  presentOf,
  purgesElsewhere,
  unreadCause,
} from "./report-findings.ts";
import { type Survey, surveyFlows } from "./survey.ts";
import { flagOption, type Invocation, textOption, type VerbResult, withSignal } from "./verb.ts";

/** How long no run need have succeeded: three nights. */
const SILENT_MS = 3 * 86_400_000;
/** The variable with the heartbeat's address, which is a secret. */
const HEARTBEAT = "CELLARMAN_HEARTBEAT_URL";

/** Looks at every flow and at the schedule; fails where something is wrong and nobody was told. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const silentMs = silenceOf(inv);
  const survey = await surveyFlows(inv);
  const nowMs = survey.read[0]?.report.view.nowMs ?? inv.io.clock.now();
  const run = openForRun(inv);
  try {
    const schedule = await readSchedule(inv, run, silentMs, nowMs);
    const flows = findingsOf(inv, run, survey, schedule.causes);
    const subjects = flows.map((f) => ({ at: f.at, present: presentOf(f, nowMs) }));
    const told = flagOption(inv.options, "dry-run") ? [] : await tellAll(inv, run, subjects);
    const causes = flows.flatMap(causesJson);
    const isWell = causes.length === 0 && !survey.invalid && schedule.unknown.length === 0;
    const beat = isWell ? await heartbeat(inv) : { pinged: false, remarks: [] };
    const notices = [...schedule.unknown, ...droppedOf(told), ...beat.remarks];
    const said = [...notices, ...notToldOf(told)];
    const failed =
      told.some(isSilent) || survey.invalid !== undefined || schedule.unknown.length > 0;
    return {
      exitCode: failed && !isGuest(run) ? EXIT.failed : EXIT.done,
      text: textOf(flows, said, isWell),
      json: {
        well: isWell,
        causes,
        alerts: told.map(toldJson),
        heartbeat: beat.pinged,
        notices,
        calls: run.budget.spent,
      },
    };
  } finally {
    await run.github?.close();
  }
}

function silenceOf(inv: Invocation): number {
  const said = textOption(inv.options, "silent-after");
  if (said === undefined) return SILENT_MS;
  const parsed = parseDuration(said);
  const ms = parsed && fixedMs(parsed);
  if (ms !== undefined && ms > 0) return ms;
  throw new CellarmanError("usage", `--silent-after ${said}: expected a duration such as P3D`);
}

/**
 * Whether the run belongs to somebody who may be given neither secrets nor a right to write: what
 * could not be done is said, and is no failure of theirs.
 */
const isGuest = ({ context }: RunGitHub): boolean =>
  context?.eventName.startsWith("pull_request") ?? false;

/** What is wrong with the schedule; undefined where nobody can be asked. */
async function readSchedule(
  inv: Invocation,
  { github, budget }: RunGitHub,
  silentMs: number,
  nowMs: number,
): Promise<{ causes: Findings | undefined; unknown: string[] }> {
  if (!github) return { causes: undefined, unknown: [] };
  const file = textOption(inv.options, "workflow") ?? "offload.yml";
  try {
    const seen = await readWorkflow(github, budget, file);
    return { causes: scheduleCauses(seen, nowMs, silentMs), unknown: [] };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const { message, hint } = asCellarmanError(thrown);
    const unknown = `whether ${file} still runs cannot be seen: ${message}. ${hint ?? ""}`.trim();
    return { causes: undefined, unknown: [unknown] };
  }
}

function findingsOf(
  inv: Invocation,
  run: RunGitHub,
  survey: Survey,
  causes: Findings | undefined,
): FlowFindings[] {
  const schedule = causes ? { schedule: causes } : {};
  // Without secrets no ledger can be read: that is no news in a pull request.
  const unread = survey.unread.filter(
    ({ error }) => !(isGuest(run) && error.code === "not-authorised"),
  );
  return [
    ...survey.read.map(({ at, report, changedMs }) => {
      const elsewhere = purgesElsewhere(inv, at.flow, { needs: [] });
      return { at, findings: { ledger: ledgerCauses(report, elsewhere, changedMs), ...schedule } };
    }),
    ...unread.map((one) => ({
      at: one.at,
      findings: { ledger: [unreadCause(one)], ...schedule },
    })),
  ];
}

async function heartbeat(inv: Invocation): Promise<{ pinged: boolean; remarks: string[] }> {
  const url = inv.io.env.get(HEARTBEAT);
  if (url === undefined || flagOption(inv.options, "dry-run")) {
    return { pinged: false, remarks: [] };
  }
  try {
    const { signal } = withSignal(inv.io);
    await pingHeartbeat({ url, variable: HEARTBEAT }, inv.io.clock, signal);
    return { pinged: true, remarks: [] };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const { message, hint } = asCellarmanError(thrown);
    return { pinged: false, remarks: [`${message}. ${hint ?? ""}`] };
  }
}

function textOf(
  flows: readonly FlowFindings[],
  notices: readonly string[],
  isWell: boolean,
): string {
  const lines = flows.flatMap(({ at, findings }) =>
    [...(findings.ledger ?? []), ...(findings.schedule ?? [])].map(
      (c) => `${at.flow.name}: ${c.what}\n  → ${c.todo}`,
    ),
  );
  const state = isWell ? ["All is well."] : lines.length === 0 ? ["Nothing is overdue."] : [];
  return [...state, ...lines, ...notices].map((line) => `${line}\n`).join("");
}
