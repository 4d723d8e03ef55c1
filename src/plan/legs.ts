// Legs: which batches one job of a CI matrix takes. A leg holds batches of one flow, so it has one
// environment and one set of runner labels. Pure and deterministic.
import type { Flow } from "../flow/flow.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { type Costed, packShards } from "./shards.ts";

/** Jobs of one matrix; GitHub refuses more than 256 (facts github-actions §1.1). */
export const LEGS_MAX = 250;

/** A hosted job is killed after 6 h (facts github-actions §1.1); a leg ends before, ms. */
export const HOSTED_LEG_MS = 350 * 60_000;

/** A self-hosted job that waits longer for a runner is cancelled (facts, as above), ms. */
const START_WITHIN_MS = 24 * 3_600_000;

/** The shortest time that makes a leg worth its job, ms. */
const LEAST_LEG_MS = 30 * 60_000;

/** What a job has beyond its leg's time to come to its end: setting up, the last record, ms. */
const JOB_MARGIN_MS = 9 * 60_000;

/** A batch of a period, and what it costs. */
export interface LegItem extends Costed {
  readonly period: string;
}

/** The work of one step on one flow. */
export interface FlowWork {
  readonly flow: string;
  readonly environment: string;
  /** Labels of the runners; null: hosted ones. */
  readonly runners: readonly string[] | null;
  /** Legs that the flow wants at the most. */
  readonly shards: number;
  /** Longest time that the flow grants one job, ms. */
  readonly timeoutMs: number;
  readonly items: readonly LegItem[];
}

/** One job of the matrix. */
export interface Leg {
  /**
   * `FLOW-N`, or `FLOW-rN` where a reviewer must say yes first; the same from run to run, so that
   * two runs' legs meet in one concurrency group.
   */
  readonly name: string;
  readonly flow: string;
  readonly environment: string;
  readonly runners: readonly string[] | null;
  /** No batch begins later than this after the leg began, ms. */
  readonly deadlineMs: number;
  readonly items: readonly LegItem[];
}

/** The labels that a runner of GitHub's answers to when a flow names none. */
export const HOSTED_RUNNER = "ubuntu-24.04";

/** Whether labels can only mean GitHub's own runners. */
export const isHosted = (runners: readonly string[] | null): boolean =>
  runners === null || runners.every((label) => /^(ubuntu|windows|macos)-[a-z0-9.-]+$/.test(label));

/** A flow whose archiving runs on the user's own machines is purged on others, or not in CI. */
export const mayPurgeHere = ({ run, purge }: Pick<Flow, "run" | "purge">): boolean =>
  isHosted(run.runners) || purge.runners !== null;

/** Minutes after which the job itself is to be killed. */
export const jobMinutes = (leg: Leg): number =>
  Math.ceil((leg.deadlineMs + JOB_MARGIN_MS) / 60_000);

/**
 * Packs the work of one step into legs. Where the flows want more than LEGS_MAX, the largest get
 * fewer. `mark` goes before the numbers of legs. Throws "limit" where the flows alone are more
 * than that.
 */
export function packLegs(works: readonly FlowWork[], mark = ""): Leg[] {
  const busy = works.filter((work) => work.items.length > 0);
  if (busy.length > LEGS_MAX) {
    throw new CellarmanError(
      "limit",
      `${busy.length} flows have work, a matrix holds ${LEGS_MAX}`,
      {
        hint: "Split the flows over several repositories, or run some of them by name.",
      },
    );
  }
  const wanted = busy.map((work) => mostOf(work, busy));
  const share = fairShare(wanted);
  const packed = busy.map((work, i) => packShards(work.items, Math.min(wanted[i] ?? 1, share)));
  const queued = Map.groupBy(busy, runnerSet);
  const legsOn = new Map(
    [...queued].map(([set, on]) => [
      set,
      on.reduce((n, work) => n + (packed[busy.indexOf(work)]?.length ?? 0), 0),
    ]),
  );
  return busy.flatMap((work, i) =>
    (packed[i] ?? []).map((ids, n) =>
      legOf(work, ids, `${mark}${n + 1}`, legsOn.get(runnerSet(work)) ?? 1),
    ),
  );
}

function legOf(work: FlowWork, ids: readonly string[], n: string, queued: number): Leg {
  const { flow, environment, runners, items } = work;
  const mine = new Set(ids);
  return {
    name: `${flow}-${n}`,
    flow,
    environment,
    runners,
    deadlineMs: deadlineOf(work, queued),
    items: items.filter((item) => mine.has(item.id)),
  };
}

const runnerSet = ({ runners }: FlowWork): string => (runners ?? []).toSorted().join(" ");

/**
 * A leg's time. Nobody knows how many self-hosted runners there are: on a single one the last of
 * the queued legs must still begin within a day, so many legs get little time each.
 */
function deadlineOf({ runners, timeoutMs }: FlowWork, queued: number): number {
  if (isHosted(runners)) return Math.min(timeoutMs, HOSTED_LEG_MS);
  if (queued === 1) return timeoutMs;
  const turnMs = Math.floor(START_WITHIN_MS / (queued - 1) / 60_000) * 60_000 - JOB_MARGIN_MS;
  return Math.max(Math.min(timeoutMs, turnMs), 60_000);
}

/** Legs that a flow may have before the matrix's ceiling: no more than can begin within a day. */
function mostOf(work: FlowWork, busy: readonly FlowWork[]): number {
  const wanted = Math.min(work.shards, work.items.length);
  if (isHosted(work.runners)) return wanted;
  const sharing = busy.filter((other) => runnerSet(other) === runnerSet(work)).length;
  const startable = 1 + Math.floor(START_WITHIN_MS / (LEAST_LEG_MS + JOB_MARGIN_MS));
  return Math.max(1, Math.min(wanted, Math.floor(startable / sharing)));
}

/** The most legs that each flow may have so that all together keep to LEGS_MAX. */
function fairShare(wanted: readonly number[]): number {
  let share = LEGS_MAX;
  const all = (): number => wanted.reduce((n, legs) => n + Math.min(legs, share), 0);
  while (share > 1 && all() > LEGS_MAX) share--;
  return share;
}
