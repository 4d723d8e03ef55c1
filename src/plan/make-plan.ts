// A plan from what the survey found. Pure: the same survey, flow and id give the same bytes.
import type { Flow } from "../flow/flow.ts";
import type { Coverage, Plan, PlannedBatch } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { type Range, type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";
import { type Period, rangeOf } from "./period.ts";
import { sliceRange } from "./slices.ts";

/** Batches in one plan (design §8). */
export const BATCHES_MAX = 10_000;

/** Where no slice is said, batches are cut by days until none is estimated to hold more points. */
export const SLICE_POINTS = 50_000_000n;

const DAY_MS = 86_400_000n;

/** A group as listed on the server. */
export interface SurveyedGroup {
  readonly selector: string;
  readonly series: bigint;
}

export interface PlanInput {
  readonly flow: Flow;
  readonly flowDigest: string;
  readonly purgeDigest: string;
  readonly period: Period;
  readonly unit: TimeUnit;
  readonly id: string;
  readonly process: string;
  readonly roots: readonly string[];
  readonly groups: readonly SurveyedGroup[];
  readonly coverage: Coverage;
  /** Points that one series holds in the whole period, estimated; undefined: nothing is known. */
  readonly pointsPerSeries: number | undefined;
}

/** What a period is cut by. */
export type CutInput = Pick<PlanInput, "flow" | "period" | "unit" | "groups" | "pointsPerSeries">;

/** How many batches a period would be cut into. */
export function countBatches(input: CutInput): number {
  const range = rangeOf(input.period.fromMs, input.period.toMs, input.unit);
  return sliceRange(range, sliceStep(input, range)).length * input.groups.length;
}

/** Cuts groups and slices into batches. Throws "limit" over BATCHES_MAX. */
export function makePlan(input: PlanInput): Plan {
  const range = rangeOf(input.period.fromMs, input.period.toMs, input.unit);
  const slices = sliceRange(range, sliceStep(input, range));
  const count = slices.length * input.groups.length;
  if (count > BATCHES_MAX) {
    throw new CellarmanError("limit", `${count} batches in one plan; at most ${BATCHES_MAX}`, {
      hint: "Raise batches.max-series or batches.slice.",
    });
  }
  const share = (slice: Range): number =>
    Number(slice.end - slice.start + 1n) / Number(range.end - range.start + 1n);
  const batches = slices.flatMap((slice) =>
    input.groups.map((group) => ({ slice, group, points: pointsOf(input, group, share(slice)) })),
  );
  return {
    schema: "cellarman/plan/1",
    flow: input.flow.name,
    period: input.period.name,
    process: input.process,
    id: input.id,
    server: input.flow.source.warp10,
    unit: input.unit,
    range: { start: String(range.start), end: String(range.end) },
    flowDigest: input.flowDigest,
    purgeDigest: input.purgeDigest,
    roots: [...input.roots],
    coverage: input.coverage,
    batches: batches.map(({ slice, group, points }, i): PlannedBatch => ({
      id: `${input.id}-${String(i).padStart(5, "0")}`,
      range: { start: String(slice.start), end: String(slice.end) },
      selector: group.selector,
      series: String(group.series),
      points,
      parents: [],
    })),
  };
}

function pointsOf(input: PlanInput, group: SurveyedGroup, share: number): string | null {
  if (input.pointsPerSeries === undefined) return null;
  return String(Math.round(Number(group.series) * input.pointsPerSeries * share));
}

/**
 * The slice in platform units: as the flow says, else whole days so that no batch exceeds
 * SLICE_POINTS.
 */
function sliceStep(input: CutInput, range: Range): bigint {
  const perMs = UNITS_PER_MS[input.unit];
  const { sliceMs } = input.flow.batches;
  if (sliceMs !== null) return BigInt(sliceMs) * perMs;
  const length = range.end - range.start + 1n;
  const largest = input.groups.reduce((most, g) => (g.series > most ? g.series : most), 0n);
  const points = BigInt(Math.ceil(Number(largest) * (input.pointsPerSeries ?? 0)));
  if (points <= SLICE_POINTS) return length;
  const day = DAY_MS * perMs;
  const days = (length * SLICE_POINTS) / points / day;
  return days > 0n ? days * day : day;
}

/** A plan with none, or with this share fewer series than the period before, is held. */
export const FEWER_SERIES_HELD = 0.3;

/** Why a new plan must be held, if it must. */
export function holdReason(plan: Plan, before: Plan | undefined): string | undefined {
  const now = BigInt(plan.coverage.rootSeries);
  if (now === 0n) return "the plan has no series: a token of another owner looks just like that";
  if (!before) return undefined;
  const then = BigInt(before.coverage.rootSeries);
  if (Number(now) >= Number(then) * (1 - FEWER_SERIES_HELD)) return undefined;
  return `the plan has ${now} series where ${before.period} had ${then}`;
}
