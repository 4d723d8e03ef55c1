// The share of the due batches that one process takes: all of them, a shard of those that are due
// now, or exactly those of a leg that `plan --legs` wrote down.
import type { Cold } from "../cellar/cold.ts";
import { readRecord } from "../cellar/records.ts";
import { fixedMs, parseDuration } from "../flow/duration.ts";
import type { Flow } from "../flow/flow.ts";
import { legsKey } from "../ledger/keys.ts";
import { type Legs, legsRecord, type PlannedBatch } from "../ledger/records.ts";
import type { Step } from "../plan/due.ts";
import { packShards } from "../plan/shards.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { startWorkTime, type WorkTime } from "../runtime/work-time.ts";
import { some } from "../runtime/words.ts";
import { chosenFlows, chosenOf, type FlowFile, invalidFlows, readFlows } from "./open.ts";
import type { RuledPeriod } from "./periods.ts";
import { type Invocation, textOption } from "./verb.ts";

/** What one process takes of a flow's work. */
export interface Share {
  /** Processes that share what the flow allows at once. */
  readonly parts: number;
  /** The periods that it looks into; undefined: all open ones. */
  readonly periods: ReadonlySet<string> | undefined;
  /** Batches that the leg was given; undefined: no leg, but whatever is due. */
  readonly given: number | undefined;
  readonly time: WorkTime;
  /** Those of the period's batches that are its own, in their order. */
  own(period: string, batches: readonly PlannedBatch[]): readonly PlannedBatch[];
  /** Batches of the run's legs that archive and verify, as `PERIOD BATCH`. */
  readonly before: ReadonlySet<string>;
}

/** A leg's full name, `PLAN/FLOW-N`, in its parts. */
interface LegName {
  readonly plan: string;
  readonly leg: string;
  readonly flow: string;
}

/** The leg that `--leg` names; undefined: none. Throws "usage" on another form. */
export function legNamed(inv: Invocation): LegName | undefined {
  const said = textOption(inv.options, "leg");
  if (said === undefined) return undefined;
  const form = /^([0-9a-f]{32})\/(([a-z0-9-]+)-r?\d{1,4})$/;
  const [, plan, leg, flow] = form.exec(said) ?? [];
  if (plan !== undefined && leg !== undefined && flow !== undefined) return { plan, leg, flow };
  throw new CellarmanError("usage", `--leg ${said}: expected PLAN/FLOW-N`, {
    hint: "plan --legs prints the plan's id and the names of its legs.",
  });
}

/**
 * The flows that this process works on. A leg's is its own alone: only its secrets are at hand, and
 * another flow's fault is none of its own.
 */
export async function flowsOfShare(inv: Invocation): Promise<readonly FlowFile[]> {
  const named = legNamed(inv);
  if (!named) return chosenFlows(inv);
  const { files, bad } = await readFlows(inv);
  const own = files.filter(({ flow }) => flow.name === named.flow);
  if (own.length === 0 && bad.length > 0) throw invalidFlows(bad);
  return own.length > 0 ? own : chosenOf({ ...inv, positionals: [named.flow] }, files);
}

/** The batches that this process takes: `--shard 2/8` is the second of eight. */
export function shardOf(inv: Invocation): { index: number; count: number } {
  const said = textOption(inv.options, "shard");
  if (said === undefined) return { index: 0, count: 1 };
  const [, index, count] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(said) ?? [];
  if (!index || !count || Number(index) > Number(count)) {
    throw new CellarmanError("usage", `--shard ${said}: expected I/N, e.g. 2/8`);
  }
  return { index: Number(index) - 1, count: Number(count) };
}

/** How long this process may work: as `--deadline` says, else the leg's time. Throws "usage". */
function lastsMs(inv: Invocation, legMs: number | undefined): number | undefined {
  const said = textOption(inv.options, "deadline");
  if (said === undefined) return legMs;
  const parsed = parseDuration(said);
  const ms = parsed && fixedMs(parsed);
  if (ms !== undefined && ms > 0) return ms;
  throw new CellarmanError("usage", `--deadline ${said}: expected a duration such as PT5H`);
}

/** Checks `--shard`, `--leg` and `--deadline` before anything is opened. Throws "usage". */
export function assertShareOptions(inv: Invocation): void {
  shardOf(inv);
  legNamed(inv);
  lastsMs(inv, undefined);
}

/** What this process takes of the flow's batches that are due for a step. */
export async function shareOf(inv: Invocation, step: Step, flow: Flow, cold: Cold): Promise<Share> {
  const named = legNamed(inv);
  return named ? legShare(inv, step, flow, cold, named) : shardShare(inv);
}

/** A share of whatever is due now. */
export function shardShare(inv: Invocation): Share {
  const { index, count } = shardOf(inv);
  return {
    parts: count,
    periods: undefined,
    given: undefined,
    time: startWorkTime(inv.io.clock, lastsMs(inv, undefined)),
    before: new Set(),
    own(_, batches) {
      if (count === 1) return batches;
      const costed = batches.map((b) => ({ id: b.id, cost: Number(b.points ?? b.series) }));
      const mine = new Set(packShards(costed, count)[index] ?? []);
      return batches.filter((b) => mine.has(b.id));
    },
  };
}

async function legShare(
  inv: Invocation,
  step: Step,
  flow: Flow,
  cold: Cold,
  { plan, leg }: LegName,
): Promise<Share> {
  const record = await readRecord(cold, legsKey(flow.name, plan), legsRecord);
  const found = record?.value.legs.find((other) => other.leg === leg && other.step === step);
  if (!record || !found) {
    throw new CellarmanError("blocked", `no ${step} leg ${leg} was planned by ${plan}`, {
      where: legsKey(flow.name, plan),
      hint: "A leg is run by the jobs after plan --legs; start a new run.",
    });
  }
  const batches = new Map(found.periods.map((p) => [p.period, new Set(p.batches)]));
  return {
    parts: record.value.legs.filter((other) => other.step === step).length,
    periods: new Set(batches.keys()),
    given: found.periods.reduce((n, p) => n + p.batches.length, 0),
    time: startWorkTime(inv.io.clock, lastsMs(inv, found.deadlineMs)),
    own: (period, of) => of.filter((b) => batches.get(period)?.has(b.id)),
    before: before(record.value),
  };
}

const before = ({ legs }: Legs): ReadonlySet<string> =>
  new Set(
    legs
      .filter((leg) => leg.step !== "purge")
      .flatMap((leg) => leg.periods)
      .flatMap(({ period, batches }) => batches.map((batch) => `${period} ${batch}`)),
  );

/** What a leg says of the batches that it need not touch, and of those that it left. */
export function shareText({ given }: Share, step: string, done: number, left: number): string {
  const skipped = given === undefined ? 0 : given - done - left;
  return (
    (skipped > 0 ? `${some(skipped, "batch", "batches")} needed no ${step}.\n` : "") +
    (left > 0 ? `${some(left, "batch", "batches")} left to the next run: time is over.\n` : "")
  );
}

/** Of which batches a purge leg must wait, because its own run has not archived and proven them. */
export const unfinished = (share: Share, periods: readonly RuledPeriod[]): string[] =>
  periods.flatMap(({ ledger, statuses }) =>
    statuses
      .filter((s) => s.state === "planned" || s.state === "late" || s.state === "archived")
      .map(({ batch }) => `${ledger.at.period} ${batch.id}`)
      .filter((name) => share.before.has(name)),
  );
