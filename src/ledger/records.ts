// Every record of the ledger and its schema. Records are canonical JSON, named by their bytes'
// SHA-256, and strict: an unknown field makes a record unreadable, and what is unreadable blocks.
import { z } from "zod";

export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const randomId = z.string().regex(/^[0-9a-f]{32}$/);
/** A 64-bit integer as decimal text: JSON numbers lose digits beyond 2^53. */
export const integer = z.string().regex(/^-?(0|[1-9]\d*)$/);
export const name = z.string().min(1).max(128);

/** A range in platform units, inclusive, as text. */
export const rangeRecord = z.strictObject({ start: integer, end: integer });
const unit = z.enum(["ms", "us", "ns"]);
export const inPeriod = { flow: name, period: name, process: randomId };
export const inBatch = { ...inPeriod, batch: name };

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

/**
 * How the groups were proven to cover the root selectors (design §3; issue "Coverage is proven").
 */
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
  /** Where it lies, when that is not under the attempt's own prefix. */
  key: z.string().min(1).optional(),
});

/** What only an attempt of format hfile says. */
export const hfileRecord = z.strictObject({
  /** The generation that made the file: one HFDUMP. */
  generation: randomId,
  /** Name of the `.hfile`, which nothing else ever had. */
  file: name,
  /** Extension's or server's version, as the script told. */
  version: z.string(),
  /** How the result came: with the answer, out of shared memory, or by reading again. */
  result: z.enum(["answered", "collected", "recounted"]),
  /** Field of HFDUMP's infos that said the same number of points; null: none did. */
  infosField: z.string().nullable(),
  /** X-Warp10-Fetched of the answer; null: the server does not count a dump there. */
  fetched: integer.nullable(),
  /** How long the server took, ms; null: it was not told. */
  elapsedMs: z.number().int().nonnegative().nullable(),
  /** Whether HFFETCH can read the file back; else only what the macro was handed is known. */
  proof: z.enum(["hffetch", "dump-digest"]),
});

export const manifestRecord = z.strictObject({
  schema: z.literal("cellarman/manifest/1"),
  ...inBatch,
  plan: hash,
  attempt: randomId,
  format: z.enum(["cellarman/points/1", "cellarman/hfile/1"]),
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
  hfile: hfileRecord.optional(),
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
  /** Batches that this one was split from: they tell with which others it may share a point. */
  parents: z.array(name),
  /**
   * Seals listed before the attempt's first hot read, whose series and range can overlap (design
   * §3).
   */
  saw: z.array(z.string()),
  /** Purge intents of overlapping batches on record before that read. */
  sawIntents: z.array(z.string()),
  points: integer,
  bytes: integer,
  /** The generation under whose id the objects lie, where that is not the attempt's. */
  generation: randomId.optional(),
});
export type Seal = z.infer<typeof sealRecord>;

export const verifiedRecord = z.strictObject({
  schema: z.literal("cellarman/verified/1"),
  ...inBatch,
  seal: quoted,
  points: integer,
  series: integer,
  digest: hash,
  /** Said where the file could not be read back: no purge rests on such a receipt. */
  proof: z.literal("dump-digest").optional(),
});

/** Which batches each job of one run's matrices takes: decided once, by `plan`. */
export const legsRecord = z.strictObject({
  schema: z.literal("cellarman/legs/1"),
  flow: name,
  process: randomId,
  /** Digests that a reviewer of a CI environment was asked for. */
  asked: z.array(hash),
  legs: z.array(
    z.strictObject({
      leg: name,
      step: z.enum(["archive", "verify", "purge"]),
      /** No batch begins later than this after the leg began, ms. */
      deadlineMs: z.number().int().positive(),
      periods: z.array(z.strictObject({ period: name, batches: z.array(name) })),
    }),
  ),
});
export type Legs = z.infer<typeof legsRecord>;
