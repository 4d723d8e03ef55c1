// Seals of retired plans and of supplements are part of the view and count against (design §3):
// found by key, from the rulings that were retired, and the supplements, over their markers.
import pLimit from "p-limit";
import type { Cold } from "../cellar/cold.ts";
import { NUMBERED_MAX, readNumbered, readQuoted, readRecord } from "../cellar/records.ts";
import { markerKey, type PeriodRef, retiredKey, rulingKey } from "../ledger/keys.ts";
import {
  markerRecord,
  planRecord,
  type Supplement,
  retiredRecord,
  rulingRecord,
} from "../ledger/records.ts";

/** Markers read at once. */
const AT_ONCE = 16;

/** Keys of every seal that a marker of a retired plan's or a supplement's batch names. */
export async function retiredSeals(
  cold: Cold,
  at: PeriodRef,
  supplements: readonly { readonly value: Supplement }[] = [],
): Promise<string[]> {
  const batches = supplements.flatMap((s) => s.value.batches);
  for (let n = 1; n <= NUMBERED_MAX; n++) {
    const ruling = await readRecord(cold, rulingKey(at, n), rulingRecord);
    if (!ruling) break;
    if (!(await readRecord(cold, retiredKey(at, n), retiredRecord))) continue;
    const plan = await readQuoted(cold, ruling.value.plan, planRecord);
    batches.push(...plan.value.batches);
  }
  const markers = await pLimit(AT_ONCE).map(batches, ({ id }) =>
    readNumbered(cold, (m) => markerKey({ ...at, batch: id }, m), markerRecord),
  );
  return markers.flat().map((marker) => marker.value.seal);
}
