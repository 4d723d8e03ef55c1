// Which hold was in force when a gate began, by the truth and by the order of effects.
import { readRecord } from "../../src/cellar/records.ts";
import { holdRecord, liftRecord } from "../../src/ledger/receipts.ts";
import type { World } from "./world.ts";

/**
 * A hold of a batch, or of one that it was split from, that was stored before its gate began and is
 * not lifted. Of a series of numbers only what stands before the first gap counts: a number behind
 * one cannot be found, and whoever wrote it was told so.
 */
export async function activeHold(
  world: World,
  batches: ReadonlySet<string>,
  isBefore: (key: string) => boolean,
): Promise<string | undefined> {
  const { objects, truth } = world.bucket;
  for (const key of world.bucket.keysUnder("holds/")) {
    const isOther = key.startsWith("holds/batch/") && !batches.has(key.split("/")[4] ?? "");
    if (isOther || !isBefore(key)) continue;
    if (!isReachable(key, (k) => objects.has(k))) continue;
    const hold = await readRecord(truth, key, holdRecord).catch(() => undefined);
    if (!hold) continue;
    const scope = key.slice("holds".length, key.lastIndexOf("/") + 1);
    let isLifted = false;
    for (const lift of world.bucket.keysUnder(`lifts${scope}`)) {
      const read = await readRecord(truth, lift, liftRecord).catch(() => undefined);
      if (read?.value.hold === hold.sha256) isLifted = true;
    }
    if (!isLifted) return key;
  }
  return undefined;
}

function isReachable(key: string, has: (key: string) => boolean): boolean {
  const cut = key.lastIndexOf("/") + 1;
  const last = Number(key.slice(cut));
  for (let n = 1; n < last; n++) if (!has(`${key.slice(0, cut)}${n}`)) return false;
  return true;
}
