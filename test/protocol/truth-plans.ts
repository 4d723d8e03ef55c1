// Which plan a batch belongs to, and what it was split from, by the truth.
import { readRecord, sha256Hex } from "../../src/cellar/records.ts";
import { planRecord, supplementRecord } from "../../src/ledger/records.ts";
import { PERIOD } from "./settings.ts";
import type { World } from "./world.ts";

/** Where a batch comes from. */
export interface Origin {
  /** Digest of what of the flow the plan was made from. */
  readonly purgeDigest: string;
  readonly parents: readonly string[];
}

/** The origin of every batch that any plan or supplement of the bucket names. */
export async function originsIn(world: World): Promise<ReadonlyMap<string, Origin>> {
  const { bucket, place } = world;
  const origins = new Map<string, Origin>();
  const digests = new Map<string, string>();
  const keys = bucket.keysUnder(`plans/${place.flow.name}/${PERIOD}/`);
  for (const key of keys.filter((k) => k.includes("/plan-"))) {
    const plan = await readRecord(bucket.truth, key, planRecord).catch(() => undefined);
    if (!plan) continue;
    const { purgeDigest } = plan.value;
    digests.set(sha256Hex(bucket.objects.get(key)?.bytes ?? ""), purgeDigest);
    for (const { id } of plan.value.batches) origins.set(id, { purgeDigest, parents: [] });
  }
  for (const key of keys.filter((k) => k.includes("/supplement-"))) {
    const more = await readRecord(bucket.truth, key, supplementRecord).catch(() => undefined);
    const purgeDigest = digests.get(more?.value.plan ?? "") ?? "";
    for (const { id, parents } of more?.value.batches ?? []) {
      origins.set(id, { purgeDigest, parents });
    }
  }
  return origins;
}
