// Records of what permits, forbids and ends: approvals, intents, receipts, holds. Strict, as
// records.ts says.
import { z } from "zod";
import {
  hash,
  inBatch,
  inPeriod,
  integer,
  name,
  quoted,
  randomId,
  rangeRecord,
} from "./records.ts";

/**
 * The records that came before this one in its batch's chain, by key and SHA-256 (chain.ts). A
 * record without it was written by a version that did not chain.
 */
const previous = z.array(quoted).optional();

/** Why an attempt came to nothing; for people only. */
export const failedRecord = z.strictObject({
  schema: z.literal("cellarman/failed/1"),
  ...inBatch,
  attempt: randomId,
  code: name,
  message: z.string(),
});

export const approvedRecord = z.strictObject({
  schema: z.literal("cellarman/approved/1"),
  ...inPeriod,
  /** The approved seals, sorted by digest. */
  seals: z.array(quoted),
  /** The period's digest: SHA-256 over the seals' digests. */
  digest: hash,
  /** `command`, or `environment`: the reviewers of a CI environment said yes to a run. */
  by: z.string(),
  /** Where the yes can be looked up again; only of `environment`. */
  review: z
    .strictObject({ run: z.int().positive(), environment: name, reviewers: z.array(name).min(1) })
    .optional(),
  /** The verify receipts of these seals. */
  previous,
});
export type Approved = z.infer<typeof approvedRecord>;

/** What an approval's file on the default branch names by digest: exactly these seals. */
export const proposedRecord = z.strictObject({
  schema: z.literal("cellarman/proposed/1"),
  ...inPeriod,
  seals: z.array(quoted).min(1),
  digest: hash,
});
export type Proposed = z.infer<typeof proposedRecord>;

export const intentRecord = z.strictObject({
  schema: z.literal("cellarman/intent/1"),
  ...inBatch,
  range: rangeRecord,
  /** Batches that this one was split from. */
  parents: z.array(name),
  selector: z.string(),
  server: z.string(),
  /** The view that this delete rests on. */
  view: z.array(quoted),
  /** When the gate's hot read began, by its own clock, ms: an intent may be put much later. */
  readBeganMs: z.number().int().nonnegative(),
  approvals: z.array(z.string()),
  /** Verify receipts and approvals that the gate relied on, and the batch's intent before. */
  previous,
});
export type Intent = z.infer<typeof intentRecord>;

export const purgedRecord = z.strictObject({
  schema: z.literal("cellarman/purged/1"),
  ...inBatch,
  intents: z.number().int().nonnegative(),
  points: integer,
  series: integer,
  registeredMeanwhile: z.array(z.string()),
  /** The intents that it settles. */
  previous,
});

/** An end that authorises nothing: hot and archive both proven empty. */
export const endedRecord = z.strictObject({
  schema: z.literal("cellarman/ended/1"),
  ...inBatch,
  /** Seals and verify receipts of the view that was empty. */
  previous,
});

export const reconciledRecord = z.strictObject({
  schema: z.literal("cellarman/reconciled/1"),
  ...inBatch,
  seals: z.array(quoted),
  points: integer,
  /** The batch's purge receipts. */
  previous,
});

export const closedRecord = z.strictObject({
  schema: z.literal("cellarman/closed/1"),
  ...inPeriod,
  receipts: hash,
  batches: z.number().int(),
  points: integer,
  bytes: integer,
  range: rangeRecord,
  /** The last receipt of every batch. */
  previous,
});
export type Closed = z.infer<typeof closedRecord>;

/** Why a batch needs a further attempt. */
export const findingRecord = z.strictObject({
  schema: z.literal("cellarman/finding/1"),
  ...inBatch,
  outcome: z.literal("late"),
  /** Seals known when it was found: a seal beyond these answers it. */
  seals: z.array(z.string()),
  series: z.array(z.string()),
});

export const withdrawnRecord = z.strictObject({
  schema: z.literal("cellarman/withdrawn/1"),
  ...inBatch,
  seal: quoted,
  reason: z.string().min(1),
});

export const holdRecord = z.strictObject({
  schema: z.literal("cellarman/hold/1"),
  process: randomId,
  by: z.enum(["person", "tool"]),
  reason: z.string().min(1),
  /**
   * SHA-256 of the finding that a quarantine rests on; a lift that quotes it passes over exactly
   * that.
   */
  finding: hash.nullable(),
});
export type Hold = z.infer<typeof holdRecord>;

export const liftRecord = z.strictObject({
  schema: z.literal("cellarman/lift/1"),
  process: randomId,
  hold: hash,
  finding: hash.nullable(),
  reason: z.string().min(1),
});

export const purgeListRecord = z.strictObject({
  schema: z.literal("cellarman/purge-list/1"),
  flow: name,
  process: randomId,
  entries: z.array(z.strictObject({ period: name, batch: name })),
  /** What the budgets left out. */
  leftOut: z.number().int().nonnegative(),
});

export const fenceProbeRecord = z.strictObject({
  schema: z.literal("cellarman/fence-probe/1"),
  ...inPeriod,
  ingress: z.array(z.string()),
  timestamp: integer,
  /** The prober's own clock, ms: a store that dates the record otherwise tells no lag. */
  clockMs: z.number().int().nonnegative(),
});

export const recountRecord = z.strictObject({
  schema: z.literal("cellarman/recount/1"),
  process: randomId,
  server: z.string(),
  inTime: z.boolean(),
  flow: name,
  period: name,
  batch: name,
});
