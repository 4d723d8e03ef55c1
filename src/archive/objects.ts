// The objects of an attempt: data and the list of series, each put once under the attempt's fresh
// key.
import type { Cold } from "../cellar/cold.ts";
import { putOnce, sha256Hex } from "../cellar/records.ts";
import { attemptPrefix, type BatchRef } from "../ledger/keys.ts";
import type { Manifest } from "../ledger/records.ts";
import type { ExportedObject, SeriesListing } from "./exporter.ts";
import { writeSeriesList } from "./parquet/series-list.ts";
import type { SeriesTotals } from "./points.ts";

/** One object as the manifest names it. */
export type ObjectRecord = Manifest["seriesList"];

/** Puts one object; a lost answer is resolved by reading it back. */
export async function putObject(
  cold: Cold,
  at: BatchRef,
  attempt: string,
  { name, bytes, rows }: Extract<ExportedObject, { bytes: Uint8Array }>,
): Promise<ObjectRecord> {
  await putOnce(cold, `${attemptPrefix(at, attempt)}${name}`, bytes);
  return { name, bytes: bytes.length, sha256: sha256Hex(bytes), rows };
}

/** Puts the list of every series, also of those that hold no point. */
export async function putSeriesList(
  cold: Cold,
  at: BatchRef,
  attempt: string,
  listing: SeriesListing,
  totals: readonly SeriesTotals[],
): Promise<ObjectRecord> {
  const bytes = writeSeriesList([...listing.values()], totals);
  return putObject(cold, at, attempt, { name: "series.parquet", bytes, rows: listing.size });
}
