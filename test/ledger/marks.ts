// Marks of a batch, as a listing of the ledger gives them.
import type { PlannedBatch } from "../../src/ledger/records.ts";
import type { BatchMarks, LateMark, Mark, StateRules } from "../../src/ledger/state.ts";
import { DAY_MS } from "../support/values.ts";

export const BATCH: PlannedBatch = {
  id: "aaaaaaaa-00000",
  range: { start: "0", end: "9" },
  selector: "~(.*){}",
  series: "1",
  points: null,
  parents: [],
};

/** Approve mode, two weeks of grace, day 100. */
export const RULES: StateRules = {
  mode: "approve",
  coolMs: 14 * DAY_MS,
  approvedSeals: new Set(),
  nowMs: 100 * DAY_MS,
};

/** A mark of a role, made on a day. */
export const mark = (role: string, id: string, day: number): Mark => ({
  key: `${role}/f/2025-11/${BATCH.id}/${id}.json`,
  id,
  atMs: day * DAY_MS,
});
export const seal = (id: string, day: number): Mark => mark("seals", id, day);

/** A late finding of a day, which knew these seals. */
export const finding = (day: number, ...seals: readonly Mark[]): LateMark => ({
  ...mark("findings", `f${day}`, day),
  seals: seals.map((s) => s.key),
});

/** A purge receipt of a day that settles so many intents. */
export const purged = (day: number, settles: number): BatchMarks["purged"][number] => ({
  ...mark("purged", `${settles}.p${day}`, day),
  settles,
});

/** A batch's marks: nothing but what is said. */
export const marks = (said: Partial<BatchMarks> = {}): BatchMarks => ({
  seals: [],
  verified: new Map(),
  findings: [],
  intents: 0,
  purged: [],
  reconciled: [],
  ended: [],
  ...said,
});

/** Verify receipts of these seals. */
export const receipts = (...seals: readonly Mark[]): BatchMarks["verified"] =>
  new Map(seals.map((s) => [s.id, mark("verified", `${s.id}.r`, s.atMs / DAY_MS)]));
