// Records of an HFile's generation: written before HFDUMP is called, because a call may outlive the
// process that made it, and two generations of one batch must never run at once. Numbered, so that
// they are found by key. Strict, as records.ts says.
import { z } from "zod";
import { hash, inBatch, integer, name, randomId, rangeRecord } from "./records.ts";

/** One call of HFDUMP, about to be made. */
export const generationRecord = z.strictObject({
  schema: z.literal("cellarman/generation/1"),
  ...inBatch,
  plan: hash,
  generation: randomId,
  /** Name of the session on the server: unguessable, because who knows it can kill it. */
  session: randomId,
  server: z.url(),
  /** Name of the `.hfile` that it writes. */
  file: name,
  range: rangeRecord,
  selector: z.string(),
  /** As in a seal: known before the generation's first hot read. */
  saw: z.array(z.string()),
  sawIntents: z.array(z.string()),
  /** After so many ms the server itself ends it. */
  timeboxMs: z.number().int().positive(),
  /** Name under which the result is kept in the server's shared memory; null: it is not. */
  keep: name.nullable(),
  mutex: name.nullable(),
  /** What the batch was estimated to hold; for people. */
  points: integer.nullable(),
});
export type Generation = z.infer<typeof generationRecord>;

/** What became of it; numbered like the generation. */
export const generationEndedRecord = z.strictObject({
  schema: z.literal("cellarman/generation-ended/1"),
  ...inBatch,
  generation: randomId,
  /** yielded: another one was running already, and this one was never started. */
  outcome: z.enum(["sealed", "failed", "yielded"]),
  why: z.string(),
  /** Names that may lie in the dump folder still. */
  files: z.array(name),
});
export type GenerationEnded = z.infer<typeof generationEndedRecord>;

/** A multipart upload that another process can go on with. */
export const uploadRecord = z.strictObject({
  schema: z.literal("cellarman/upload/1"),
  ...inBatch,
  generation: randomId,
  object: z.string().min(1),
  upload: z.string().min(1),
  partBytes: z.number().int().positive(),
  bytes: z.number().int().positive(),
});
export type Upload = z.infer<typeof uploadRecord>;
