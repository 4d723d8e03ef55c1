// Which seals a delete may rest on, by the truth: verified by another process, cooled, approved, of
// the plan that rules.
import { readRecord, type Stored } from "../../src/cellar/records.ts";
import { approvedRecord, intentRecord } from "../../src/ledger/receipts.ts";
import { type Seal, verifiedRecord } from "../../src/ledger/records.ts";
import { idOfKey } from "../../src/ledger/keys.ts";
import type { Flow } from "../../src/flow/flow.ts";
import { MINUTE_MS, PERIOD } from "./settings.ts";
import type { World } from "./world.ts";

/** Clocks are set while a gate works; ages are known no better. */
export const CLOCKS_MS = 20 * MINUTE_MS;

/** Why none of some seals may be relied on; undefined: one may. */
export async function reliesOn(
  world: World,
  seals: readonly Stored<Seal>[],
  gateMs: number,
  flow: Flow,
): Promise<string | undefined> {
  let why: string | undefined = "no seal holds it";
  for (const seal of seals) {
    why = await lackOf(world, seal, gateMs, flow);
    if (why === undefined) return undefined;
  }
  return why;
}

async function lackOf(
  world: World,
  seal: Stored<Seal>,
  gateMs: number,
  flow: Flow,
): Promise<string | undefined> {
  const { limits } = world.place;
  const coolMs = Math.max(flow.purge.graceMs, limits.gcWaitMs);
  // A gate looks at the clock after it began: nothing may be younger than that.
  const ageMs = world.storeMs() - seal.lastModifiedMs;
  if (ageMs < coolMs - CLOCKS_MS) return `${seal.key} is only ${ageMs} ms old`;
  if (!(await isVerified(world, seal))) return `${seal.key} was verified by nobody else`;
  if (flow.purge.mode === "automatic" || (await isApproved(world, seal, gateMs))) return undefined;
  return `${seal.key} is not approved`;
}

async function isVerified(world: World, seal: Stored<Seal>): Promise<boolean> {
  const prefix = `verified/${world.place.flow.name}/${PERIOD}/${seal.value.batch}/`;
  for (const key of world.bucket.keysUnder(prefix)) {
    if (!idOfKey(key).startsWith(idOfKey(seal.key))) continue;
    const receipt = await readable(readRecord(world.bucket.truth, key, verifiedRecord));
    const isSame = receipt?.value.seal.sha256 === seal.sha256;
    if (isSame && receipt.value.process !== seal.value.process) return true;
  }
  return false;
}

async function isApproved(world: World, seal: Stored<Seal>, gateMs: number): Promise<boolean> {
  const { bucket, place } = world;
  const at = `${place.flow.name}/${PERIOD}/`;
  const rests = new Set<string>();
  for (const key of bucket.keysUnder(`intents/${at}`)) {
    const intent = await readable(readRecord(bucket.truth, key, intentRecord));
    for (const approval of intent?.value.approvals ?? []) rests.add(approval);
  }
  for (const key of bucket.keysUnder(`approved/${at}`)) {
    const approval = await readable(readRecord(bucket.truth, key, approvedRecord));
    if (!approval?.value.seals.some((q) => q.key === seal.key && q.sha256 === seal.sha256))
      continue;
    const ageMs = gateMs - approval.lastModifiedMs - CLOCKS_MS;
    if (ageMs <= place.limits.approvalMs || rests.has(key)) return true;
  }
  return false;
}

const readable = <T>(reading: Promise<T>): Promise<T | undefined> => reading.catch(() => undefined);
