// Reading an attempt back from the bucket, in full, before its manifest: length, SHA-256, independent decode, totals.
import type { Cold } from "../cellar/cold.ts";
import type { Manifest } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import { readAttempt } from "../verify/read-seal.ts";
import { combineTotals } from "./digest.ts";
import type { SeriesTotals } from "./points.ts";

/** Throws "mismatch" where the bucket's bytes do not hold exactly what was exported. */
export async function readBack(
  cold: Cold,
  manifest: Manifest,
  exported: readonly SeriesTotals[],
): Promise<void> {
  const { listed } = await readAttempt(cold, manifest);
  const sum = combineTotals(exported);
  if (sum.digest === manifest.digest && listed.length === Number(manifest.series)) return;
  throw new CellarmanError("mismatch", "what was read back is not what was exported", {
    retryable: true,
  });
}
