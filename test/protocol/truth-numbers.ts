// I10: the numbers that records tell are the world's, counted from the bucket's bytes by another
// way than the program's.
import { readRecord } from "../../src/cellar/records.ts";
import { attemptPrefix } from "../../src/ledger/keys.ts";
import { manifestRecord, sealRecord, verifiedRecord } from "../../src/ledger/records.ts";
import { decodeObject } from "./archive-truth.ts";
import type { World } from "./world.ts";

/** Which number a verify receipt, its seal or its manifest tells wrongly; undefined: none. */
export async function wrongNumber(world: World, key: string): Promise<string | undefined> {
  const { truth, objects } = world.bucket;
  const receipt = await readRecord(truth, key, verifiedRecord).catch(() => undefined);
  const seal = receipt && (await readRecord(truth, receipt.value.seal.key, sealRecord));
  const manifest = seal && (await readRecord(truth, seal.value.manifest.key, manifestRecord));
  // A receipt that was garbled on its way counts for nothing.
  if (!receipt || !manifest) return undefined;
  let points = 0;
  const series = new Set<string>();
  for (const { name } of manifest.value.objects) {
    const place = attemptPrefix(manifest.value, manifest.value.attempt) + name;
    const bytes = objects.get(place)?.bytes;
    // Lost between the verifier's read and its receipt.
    if (!bytes) return undefined;
    for (const point of (await decodeObject(bytes)).keys()) {
      points++;
      series.add(point.slice(0, point.lastIndexOf(" ")));
    }
  }
  const told = [receipt.value.points, seal.value.points, manifest.value.points];
  const wrong = told.find((one) => one !== String(points));
  if (wrong !== undefined) return `${key}: ${wrong} points are told, the objects hold ${points}`;
  if (receipt.value.series === String(series.size)) return undefined;
  return `${key}: ${receipt.value.series} series are told, the objects hold ${series.size}`;
}
