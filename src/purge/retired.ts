// Seals of retired plans stay in the view and count against (design §3): found by key, from the rulings that were
// retired over their batches' markers.
import pLimit from "p-limit";
import type { Cold } from "../cellar/cold.ts";
import { NUMBERED_MAX, readNumbered, readQuoted, readRecord } from "../cellar/records.ts";
import { markerKey, type PeriodRef, retiredKey, rulingKey } from "../ledger/keys.ts";
import { markerRecord, planRecord, retiredRecord, rulingRecord } from "../ledger/records.ts";

/** Markers read at once. */
const AT_ONCE = 16;

/** Keys of every seal that a marker of a retired plan's batch names; none where no plan was retired. */
export async function retiredSeals(cold: Cold, at: PeriodRef): Promise<string[]> {
  const seals: string[] = [];
  for (let n = 1; n <= NUMBERED_MAX; n++) {
    const ruling = await readRecord(cold, rulingKey(at, n), rulingRecord);
    if (!ruling) break;
    if (!(await readRecord(cold, retiredKey(at, n), retiredRecord))) continue;
    const plan = await readQuoted(cold, ruling.value.plan, planRecord);
    const markers = await pLimit(AT_ONCE).map(plan.value.batches, ({ id }) =>
      readNumbered(cold, (m) => markerKey({ ...at, batch: id }, m), markerRecord),
    );
    for (const marker of markers.flat()) seals.push(marker.value.seal);
  }
  return seals;
}
