// Reading an attempt back from the bucket, in full, before its manifest: length, SHA-256, decode,
// totals; and the first object's first row group once more by another implementation (hyparquet),
// cell by cell. Why not all of it by the other: it takes ten times as long as ours, more than the
// server takes to deliver the points; our reader and writer are separate code, and the tests read
// whole archives with hyparquet and with DuckDB.
import type { Cold } from "../cellar/cold.ts";
import type { Manifest } from "../ledger/records.ts";
import { readAttempt } from "../verify/read-seal.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import { crossCheck } from "./parquet/cross-check.ts";

/**
 * Throws "mismatch" or "unreadable" where the bucket's bytes do not hold exactly what was exported.
 */
export async function readBack(
  cold: Cold,
  manifest: Manifest,
  hfiles?: HfileReading,
): Promise<void> {
  await readAttempt(cold, manifest, { inspect: crossCheck, hfiles, depth: "bytes" });
}
