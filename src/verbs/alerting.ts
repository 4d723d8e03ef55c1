// Telling all flows, the ones with news first, within the run's calls of GitHub's API.
import { decideAlert, type Move, type Present } from "../alert/decide.ts";
import { type FlowIssues, type Issues, issuesByFlow } from "../alert/issues.ts";
import type { Place } from "../alert/place.ts";
import { causesOf, tellFlow, type Told } from "../alert/tell.ts";
import type { Flow } from "../flow/flow.ts";
import { type ActionsContext, actionsContext, openRunGitHub } from "../forge/actions/context.ts";
import { type CallBudget, callBudget, CALLS_MAX } from "../forge/github/budget.ts";
import type { GitHub } from "../forge/github/client.ts";
import { openIssues } from "../forge/github/issues.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { assertDestinations } from "./destinations.ts";
import type { FlowFile } from "./open.ts";
import { type Invocation, withSignal } from "./verb.ts";

/** GitHub, as far as this run has it. */
export interface RunGitHub {
  readonly context: ActionsContext | undefined;
  readonly github: GitHub | undefined;
  readonly budget: CallBudget;
}

/** Opens GitHub for this run; without a run or a token there is none. No call is made. */
export function openForRun(inv: Invocation): RunGitHub {
  return {
    context: actionsContext(inv.io.env),
    github: openRunGitHub(inv.io, inv.log),
    budget: callBudget(CALLS_MAX),
  };
}

/** A flow and what is so now. */
export interface Subject {
  readonly at: FlowFile;
  readonly present: Present;
}

/** New incidents before old ones: calls may run out. */
const ORDER: Readonly<Record<Move, number>> = {
  open: 0,
  reopen: 0,
  change: 1,
  close: 2,
  update: 3,
  nothing: 4,
};

/** Tells every flow's state to whom it concerns. Never throws but when interrupted. */
export async function tellAll(
  inv: Invocation,
  run: RunGitHub,
  subjects: readonly Subject[],
): Promise<Told[]> {
  const { context, github, budget } = run;
  const issues = github && openIssues(github, budget);
  const { known, failure } = await listIssues(inv, context, issues);
  const moveOf = ({ at, present }: Subject): Move =>
    decideAlert(known.get(at.flow.name)?.issue, present).move;
  const told: Told[] = [];
  for (const subject of subjects.toSorted((a, b) => ORDER[moveOf(a)] - ORDER[moveOf(b)])) {
    const { at, present } = subject;
    const flow = await asReviewed(inv, at);
    const said = await tellFlow({
      flow,
      present,
      known: known.get(flow.name),
      issues: failure ? undefined : issues,
      place: placeOf(context),
      sender: { env: inv.io.env, clock: inv.io.clock, ...withSignal(inv.io) },
    });
    const isIssueMissing = failure !== undefined && causesOf(present).length > 0;
    const lost = isIssueMissing ? [{ channel: "issue" as const, error: failure }] : [];
    told.push({ ...said, failures: [...said.failures, ...lost] });
  }
  return told;
}

/**
 * The flow as it may be told of. Where nobody reviewed where its credentials go, no token leaves:
 * the issue alone, which needs none of the flow's.
 */
async function asReviewed(inv: Invocation, at: FlowFile): Promise<Flow> {
  try {
    await assertDestinations(inv, at);
    return at.flow;
  } catch (thrown) {
    inv.log.warn(`${at.flow.name}: only its issue is told: ${asCellarmanError(thrown).message}`);
    return { ...at.flow, alerts: { ...at.flow.alerts, slack: null, webhook: null } };
  }
}

async function listIssues(
  inv: Invocation,
  context: ActionsContext | undefined,
  issues: Issues | undefined,
): Promise<{ known: ReadonlyMap<string, FlowIssues>; failure: CellarmanError | undefined }> {
  const known = new Map<string, FlowIssues>();
  if (!issues) return { known, failure: context && noToken() };
  try {
    return { known: issuesByFlow(await issues.list()), failure: undefined };
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    const failure = asCellarmanError(thrown);
    inv.log.warn(`the flows' issues cannot be read: ${failure.message}`);
    return { known, failure };
  }
}

const noToken = (): CellarmanError =>
  new CellarmanError("not-authorised", "GITHUB_TOKEN is not set: it opens the flow's issue", {
    hint: "Add to the job: env: { GITHUB_TOKEN: ${{ github.token }} } and issues: write.",
  });

/** Where a person finds this run. */
export function placeOf(context: ActionsContext | undefined): Place {
  return {
    serverUrl: context?.serverUrl ?? "https://github.com",
    repository: context?.repository ?? "",
    runId: context === undefined ? undefined : String(context.runId),
    attempt: context?.runAttempt ?? 1,
    control: "control.yml",
  };
}

/**
 * Whether something is wrong and nobody could be told as the flow wants it: then the job itself
 * must fail. An issue that is open already and only was not brought up to date is told.
 */
export function isSilent({ causes, failures, channels, move }: Told): boolean {
  if (causes.length === 0 || move === "update") return false;
  return failures.some((f) => f.channel === "issue") || channels.length === 0;
}

/** What became of telling, for `--json`. */
export const toldJson = (told: Told): object => ({
  flow: told.flow,
  move: told.move,
  issue: told.issueUrl ?? null,
  told: told.channels,
  failures: told.failures.map(({ channel, error: { code, message, hint } }) => ({
    channel,
    code,
    message,
    hint: hint ?? null,
  })),
  dropped: told.dropped || null,
});

/** Who could not be told, in words. */
export const notToldOf = (told: readonly Told[]): string[] =>
  told.flatMap(({ flow, failures }) =>
    failures.map(
      ({ channel, error: { message, hint = "" } }) =>
        `${flow}: the ${channel} was not told: ${message}. ${hint}`,
    ),
  );

/** What GitHub left out of new issues, in words. */
export const droppedOf = (told: readonly Told[]): string[] =>
  told
    .filter(({ dropped }) => dropped !== "")
    .map(({ flow, dropped }) => `${flow}: GitHub left out of the issue: ${dropped}`);
