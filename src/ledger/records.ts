// Every record of the ledger and its schema. Records are canonical JSON, named by their bytes' SHA-256, and strict:
// an unknown field makes a record unreadable, and what is unreadable blocks.
import { z } from "zod";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const randomId = z.string().regex(/^[0-9a-f]{32}$/);
/** A 64-bit integer as decimal text: JSON numbers lose digits beyond 2^53. */
const integer = z.string().regex(/^-?(0|[1-9]\d*)$/);
const name = z.string().min(1).max(128);

/** A range in platform units, inclusive, as text. */
export const rangeRecord = z.strictObject({ start: integer, end: integer });
const unit = z.enum(["ms", "us", "ns"]);
const inPeriod = { flow: name, period: name, process: randomId };
const inBatch = { ...inPeriod, batch: name };

/** Quotes one object by key and content. */
export const quoted = z.strictObject({ key: z.string().min(1), sha256: hash });
export type Quoted = z.infer<typeof quoted>;

export const batchRecord = z.strictObject({
  id: name,
  range: rangeRecord,
  selector: z.string().min(3),
  /** Series listed when planned. */
  series: integer,
  /** Estimated; null where nothing is known. */
  points: integer.nullable(),
  /** The batches that this one was split from, oldest first. */
  parents: z.array(name),
});
export type PlannedBatch = z.infer<typeof batchRecord>;

/** How the groups were proven to cover the root selectors (design §3; issue "Coverage is proven"). */
export const coverageRecord = z.strictObject({
  method: z.enum(["sums", "merge"]),
  rootSeries: integer,
  rootSum: hash,
  groups: z.number().int().nonnegative(),
  groupSeries: integer,
  groupSum: hash,
  /** In groups only: registered while planning. */
  registeredMeanwhile: integer,
});
export type Coverage = z.infer<typeof coverageRecord>;

export const planRecord = z.strictObject({
  schema: z.literal("cellarman/plan/1"),
  ...inPeriod,
  id: z.string().regex(/^[0-9a-f]{8}$/),
  server: z.url(),
  unit,
  range: rangeRecord,
  flowDigest: hash,
  purgeDigest: hash,
  roots: z.array(z.string().min(3)).min(1),
  coverage: coverageRecord,
  batches: z.array(batchRecord),
});
export type Plan = z.infer<typeof planRecord>;

export const supplementRecord = z.strictObject({
  schema: z.literal("cellarman/supplement/1"),
  ...inPeriod,
  plan: hash,
  reason: z.enum(["split", "late"]),
  /** The batch that is replaced (split), or the one whose work is reopened. */
  replaces: z.array(name),
  batches: z.array(batchRecord),
});
export type Supplement = z.infer<typeof supplementRecord>;

export const rulingRecord = z.strictObject({
  schema: z.literal("cellarman/ruling/1"),
  ...inPeriod,
  plan: quoted,
});

export const retiredRecord = z.strictObject({
  schema: z.literal("cellarman/retired/1"),
  ...inPeriod,
  plan: quoted,
  reason: z.string().min(1),
});

export const objectRecord = z.strictObject({
  name,
  bytes: z.number().int().positive(),
  sha256: hash,
  rows: z.number().int().nonnegative(),
});

export const manifestRecord = z.strictObject({
  schema: z.literal("cellarman/manifest/1"),
  ...inBatch,
  plan: hash,
  attempt: randomId,
  format: z.literal("cellarman/points/1"),
  unit,
  range: rangeRecord,
  selector: z.string(),
  objects: z.array(objectRecord),
  seriesList: objectRecord,
  /** Series listed, series with points, points. */
  series: integer,
  seriesWithPoints: integer,
  points: integer,
  first: integer.nullable(),
  last: integer.nullable(),
  digest: hash,
});
export type Manifest = z.infer<typeof manifestRecord>;

export const markerRecord = z.strictObject({
  schema: z.literal("cellarman/marker/1"),
  ...inBatch,
  seal: z.string().min(1),
});

export const sealRecord = z.strictObject({
  schema: z.literal("cellarman/seal/1"),
  ...inBatch,
  plan: hash,
  attempt: randomId,
  manifest: quoted,
  range: rangeRecord,
  /** Seals listed before the attempt's first hot read, whose series and range can overlap (design §3). */
  saw: z.array(z.string()),
  /** Purge intents of overlapping batches on record before that read. */
  sawIntents: z.array(z.string()),
  points: integer,
  bytes: integer,
});
export type Seal = z.infer<typeof sealRecord>;

export const verifiedRecord = z.strictObject({
  schema: z.literal("cellarman/verified/1"),
  ...inBatch,
  seal: quoted,
  points: integer,
  series: integer,
  digest: hash,
});
export type Verified = z.infer<typeof verifiedRecord>;

export const approvedRecord = z.strictObject({
  schema: z.literal("cellarman/approved/1"),
  ...inPeriod,
  /** The approved seals, sorted by digest. */
  seals: z.array(quoted),
  /** The period's digest: SHA-256 over the seals' digests. */
  digest: hash,
  by: z.string(),
});
export type Approved = z.infer<typeof approvedRecord>;

export const intentRecord = z.strictObject({
  schema: z.literal("cellarman/intent/1"),
  ...inBatch,
  range: rangeRecord,
  selector: z.string(),
  server: z.string(),
  /** The view that this delete rests on. */
  view: z.array(quoted),
  approvals: z.array(z.string()),
});
export type Intent = z.infer<typeof intentRecord>;

export const purgedRecord = z.strictObject({
  schema: z.literal("cellarman/purged/1"),
  ...inBatch,
  intents: z.number().int().nonnegative(),
  points: integer,
  series: integer,
  registeredMeanwhile: z.array(z.string()),
});
export type Purged = z.infer<typeof purgedRecord>;

/** An end that authorises nothing: hot and archive both proven empty. */
export const endedRecord = z.strictObject({ schema: z.literal("cellarman/ended/1"), ...inBatch });

export const reconciledRecord = z.strictObject({
  schema: z.literal("cellarman/reconciled/1"),
  ...inBatch,
  seals: z.array(quoted),
  points: integer,
});

export const closedRecord = z.strictObject({
  schema: z.literal("cellarman/closed/1"),
  ...inPeriod,
  receipts: hash,
  batches: z.number().int(),
  points: integer,
  bytes: integer,
  range: rangeRecord,
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
export type Finding = z.infer<typeof findingRecord>;

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
  /** SHA-256 of the finding that a quarantine rests on; a lift that quotes it passes over exactly that. */
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
export type Lift = z.infer<typeof liftRecord>;

export const purgeListRecord = z.strictObject({
  schema: z.literal("cellarman/purge-list/1"),
  flow: name,
  process: randomId,
  entries: z.array(z.strictObject({ period: name, batch: name })),
  /** What the budgets left out. */
  leftOut: z.number().int().nonnegative(),
});
export type PurgeList = z.infer<typeof purgeListRecord>;

export const fenceProbeRecord = z.strictObject({
  schema: z.literal("cellarman/fence-probe/1"),
  ...inPeriod,
  ingress: z.array(z.string()),
  timestamp: integer,
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
