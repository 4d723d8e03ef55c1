// Plans, supplements and what retires them, planted in a bucket in memory.
import type { Stored } from "../../src/cellar/records.ts";
import {
  planKey,
  type PeriodRef,
  retiredKey,
  rulingKey,
  supplementKey,
} from "../../src/ledger/keys.ts";
import type { Plan, PlannedBatch, Quoted, Supplement } from "../../src/ledger/records.ts";
import type { MemoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId } from "../support/values.ts";

export const AT: PeriodRef = { flow: "f", period: "2025-11" };
const COMMON = { ...AT, process: hexId(1) };

export const batchOf = (id: string, said: Partial<PlannedBatch> = {}): PlannedBatch => ({
  id,
  range: { start: "0", end: "99" },
  selector: "~(.*){}",
  series: "1",
  points: null,
  parents: [],
  ...said,
});

/** A plan of batches named `<id>-00000`, `<id>-00001`, … */
export const planOf = (id: string, batches = 1): Plan => ({
  schema: "cellarman/plan/1",
  ...COMMON,
  id,
  server: "https://warp10.example.net",
  unit: "us",
  range: { start: "0", end: "99" },
  flowDigest: hexHash(1),
  purgeDigest: hexHash(2),
  roots: ["~(.*){}"],
  coverage: {
    method: "sums",
    rootSeries: "1",
    rootSum: hexHash(3),
    groups: 1,
    groupSeries: "1",
    groupSum: hexHash(3),
    registeredMeanwhile: "0",
  },
  batches: Array.from({ length: batches }, (_, i) =>
    batchOf(`${id}-${String(i).padStart(5, "0")}`),
  ),
});

export const plantPlan = (cold: MemoryCold, plan: Plan, name = plan.id): Quoted =>
  cold.plant(planKey(AT, name), plan);
export const plantRuling = (cold: MemoryCold, n: number, plan: Quoted): Quoted =>
  cold.plant(rulingKey(AT, n), { schema: "cellarman/ruling/1", ...COMMON, plan });
export const plantRetired = (cold: MemoryCold, n: number, plan: Quoted): Quoted =>
  cold.plant(retiredKey(AT, n), { schema: "cellarman/retired/1", ...COMMON, plan, reason: "why" });

/** A supplement of a plan; `replaces` makes it a split. */
export const supplementOf = (
  plan: Quoted,
  ids: readonly string[],
  replaces: readonly string[] = [],
): Supplement => ({
  schema: "cellarman/supplement/1",
  ...COMMON,
  plan: plan.sha256,
  reason: replaces.length > 0 ? "split" : "late",
  replaces: [...replaces],
  batches: ids.map((id) => batchOf(id, { parents: [...replaces] })),
});
export const plantSupplement = (cold: MemoryCold, name: string, supplement: Supplement): Quoted =>
  cold.plant(supplementKey(AT, name), supplement);

/** A supplement as if it had been read. */
export const stored = (value: Supplement): Stored<Supplement> => ({
  key: "k",
  sha256: hexHash(4),
  value,
  lastModifiedMs: 0,
});
