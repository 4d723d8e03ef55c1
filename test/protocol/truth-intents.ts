// Whether a delete's intent is on record before it, by the truth.
import { readRecord } from "../../src/cellar/records.ts";
import { intentRecord } from "../../src/ledger/receipts.ts";
import type { Range } from "../../src/warp10/range.ts";
import { PERIOD } from "./settings.ts";
import type { World } from "./world.ts";

/** Whether the bucket holds an intent of just this process for just this delete. */
export async function hasIntentOf(
  { bucket, place }: World,
  { batch, range, selector }: { batch: string; range: Range; selector: string },
  process: string,
): Promise<boolean> {
  for (const key of bucket.keysUnder(`intents/${place.flow.name}/${PERIOD}/${batch}/`)) {
    const intent = await readRecord(bucket.truth, key, intentRecord);
    if (intent?.value.process !== process || intent.value.selector !== selector) continue;
    const { start, end } = intent.value.range;
    if (start === String(range.start) && end === String(range.end)) return true;
  }
  return false;
}
