// Which seals of a period were taken out of its view (design §3).
import {
  batchRecordKey,
  parseBatchRecordKey,
  type PeriodRef,
  periodPrefix,
} from "../ledger/keys.ts";
import type { Cold } from "./cold.ts";

/**
 * Keys of the withdrawn seals of a period, or of one batch of it. A record's key alone says which
 * seal it takes out of the view: its content is for people, so garbled bytes block nothing.
 */
export async function withdrawnSeals(
  cold: Cold,
  at: PeriodRef,
  batch?: string,
): Promise<Set<string>> {
  const seals = new Set<string>();
  const under = batch === undefined ? "" : `${batch}/`;
  for await (const { key } of cold.list(`${periodPrefix("withdrawn", at)}${under}`)) {
    const record = parseBatchRecordKey(key);
    if (record) seals.add(batchRecordKey("seals", record, record.id));
  }
  return seals;
}
