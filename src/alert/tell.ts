// Telling: the flow's issue, Slack, any other receiver. One that fails keeps no other from being
// told, and what could not be told is given back: it is never silent.
import type { Flow } from "../flow/flow.ts";
import { asCellarmanError, type CellarmanError } from "../runtime/errors.ts";
import { type BodyInput, issueTitle, renderBody, renderCauses } from "./body.ts";
import { type Decision, decideAlert, type Present, wholeOf } from "./decide.ts";
import { closeDoubles, remarkOn } from "./remark.ts";
import { type FlowIssues, type Issues, LABEL } from "./issues.ts";
import type { Channel, Marker } from "./marker.ts";
import { eventOf, type News } from "./news.ts";
import type { Place } from "./place.ts";
import { type Sender, tellSlack } from "./slack.ts";
import { type Cause, type Part, PARTS } from "./trouble.ts";
import { tellWebhook } from "./webhook.ts";

/** What a flow is told about, and with what. */
export interface Telling {
  readonly flow: Pick<Flow, "name" | "alerts">;
  readonly present: Present;
  /** The flow's issue as found; undefined: there is none, or issues cannot be read. */
  readonly known: FlowIssues | undefined;
  /** Undefined where there is no repository with issues. */
  readonly issues: Issues | undefined;
  readonly place: Place;
  readonly sender: Sender;
}

/** A channel that was not told. */
export interface NotTold {
  readonly channel: Channel | "issue";
  readonly error: CellarmanError;
}

/** What became of telling one flow. */
export interface Told {
  readonly flow: string;
  readonly move: Decision["move"];
  readonly causes: readonly Cause[];
  readonly issueUrl: string | undefined;
  /** Channels that were told something new. */
  readonly channels: readonly (Channel | "issue")[];
  readonly failures: readonly NotTold[];
  /** What GitHub left out of the issue; empty: nothing. */
  readonly dropped: string;
}

/** Every cause that is known now. */
export const causesOf = ({ findings }: Present): Cause[] =>
  PARTS.flatMap((part) => [...(findings[part] ?? [])]);

/** Tells one flow's state to whom it concerns. Never throws. */
export async function tellFlow(telling: Telling): Promise<Told> {
  const { known, present, flow } = telling;
  const decision = decideAlert(known?.issue, present);
  const state: State = {
    telling,
    decision,
    marker: decision.marker,
    issue: known?.issue,
    told: [],
    failures: [],
    dropped: "",
  };
  if (decision.move === "open") await attempt(state, "issue", () => openIssue(state));
  await tellChannels(state);
  if (isToWrite(state)) await attempt(state, "issue", () => editIssue(state));
  await attempt(state, "issue", async () => {
    if (!telling.issues || !known) return;
    await closeDoubles(telling.issues, known.doubles, known.issue.number);
  });
  return {
    flow: flow.name,
    move: decision.move,
    causes: causesOf(present),
    issueUrl: state.issue?.url,
    channels: state.told,
    failures: state.failures,
    dropped: state.dropped,
  };
}

/** What is known while one flow is told. */
interface State {
  readonly telling: Telling;
  readonly decision: Decision;
  marker: Marker;
  issue: { readonly number: number; readonly url: string } | undefined;
  readonly told: (Channel | "issue")[];
  readonly failures: NotTold[];
  dropped: string;
}

/** A new issue is written again only to remember what was told elsewhere. */
function isToWrite({ decision: { move }, told }: State): boolean {
  const elsewhere = told.some((channel) => channel !== "issue");
  return elsewhere || (move !== "open" && move !== "nothing");
}

/** Does one thing; what goes wrong is kept. */
async function attempt(
  state: State,
  channel: NotTold["channel"],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    state.telling.sender.signal?.throwIfAborted();
    state.failures.push({ channel, error: asCellarmanError(thrown) });
  }
}

async function openIssue(state: State): Promise<void> {
  const { issues, flow } = state.telling;
  if (!issues) return;
  const { labels, assignees } = flow.alerts.issue;
  const { number, url, dropped } = await issues.open({
    title: issueTitle(flow.name),
    body: bodyOf(state),
    labels: [...new Set([LABEL, ...labels])],
    assignees,
  });
  state.issue = { number, url };
  state.dropped = dropped;
  state.told.push("issue");
}

/** The body, and before it the remark that a change deserves: rather twice than never. */
async function editIssue(state: State): Promise<void> {
  const { issues, place, present } = state.telling;
  const { decision, issue } = state;
  if (!issues || !issue) return;
  const remark = remarkOn(decision, causesOf(present), place);
  if (remark !== undefined) {
    await issues.comment(issue.number, remark);
    state.told.push("issue");
  }
  const isWell = wholeOf(state.marker.parts) === "";
  const reopened = decision.move === "reopen" ? ({ reason: "reopened" } as const) : {};
  await issues.edit(issue.number, {
    body: bodyOf(state),
    ...(isWell ? { state: "closed", reason: "completed" } : { state: "open", ...reopened }),
  });
}

function bodyOf({ telling, decision, marker }: State): string {
  const { known, present, place, flow } = telling;
  const kept = known?.issue.isOpen ? known.issue.parts : undefined;
  const parts = Object.fromEntries(
    PARTS.map((part) => {
      const said = present.findings[part];
      return [part, said ? renderCauses(part, said) : (kept?.[part] ?? "")];
    }),
  ) as Record<Part, string>;
  const input: BodyInput = {
    marker,
    parts,
    mentions: flow.alerts.issue.mentions,
    place,
    nowMs: present.nowMs,
    lastedMs: decision.lastedMs,
  };
  return renderBody(input);
}

/** Slack and the other receiver, each where the flow names it and where it knows less. */
async function tellChannels(state: State): Promise<void> {
  const { telling, decision } = state;
  const { slack, webhook } = telling.flow.alerts;
  const now = wholeOf(decision.marker.parts);
  const remember = (channel: Channel): void => {
    state.marker = { ...state.marker, told: { ...state.marker.told, [channel]: now } };
    state.told.push(channel);
  };
  if (slack && decision.untold.includes("slack")) {
    await attempt(state, "slack", async () => {
      const at = await tellSlack(slack, newsOf(state), state.marker.slack, telling.sender);
      state.marker = { ...state.marker, slack: at };
      remember("slack");
    });
  }
  if (webhook && decision.untold.includes("webhook")) {
    await attempt(state, "webhook", async () => {
      await tellWebhook(webhook, newsOf(state), telling.sender);
      remember("webhook");
    });
  }
}

function newsOf({ telling, decision, issue }: State): News {
  const { flow, present, place } = telling;
  return {
    event: eventOf(decision),
    flow: flow.name,
    causes: causesOf(present),
    sinceMs: Date.parse(decision.marker.since),
    lastedMs: decision.lastedMs,
    nowMs: present.nowMs,
    place,
    issueUrl: issue?.url,
  };
}
