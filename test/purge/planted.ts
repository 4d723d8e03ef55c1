// Seals, receipts and approvals planted in a bucket in memory, and how far each seal counts.
import { approvalKey, markerKey, verifiedKey } from "../../src/ledger/keys.ts";
import type { Seal } from "../../src/ledger/records.ts";
import { readView } from "../../src/purge/view.ts";
import { AT } from "../ledger/plans.ts";
import { BATCH, sealKeyOf, sealOf } from "../ledger/seals.ts";
import type { MemoryCold } from "../support/memory-cold.ts";
import { DAY_MS, hexHash, hexId } from "../support/values.ts";
import { gateCase } from "./cases.ts";

export const B = { ...AT, batch: BATCH };
export const RETIRED = "bbbbbbbb-00000";
export const EXPORTER = hexId(1);
export const GRACE_MS = 14 * DAY_MS;

/** Plants a seal and its marker; verified by another process unless told otherwise. */
export function plantSeal(
  cold: MemoryCold,
  id: string,
  { verifiedBy = hexId(2), ...said }: Partial<Seal> & { verifiedBy?: string | null } = {},
) {
  const { value } = sealOf(id, said);
  const at = { ...AT, batch: value.batch };
  const quote = cold.plant(sealKeyOf(id, value.batch), value);
  const markers = [...cold.objects.keys()].filter((k) =>
    k.startsWith(`markers/f/2025-11/${at.batch}/`),
  );
  const marker = { schema: "cellarman/marker/1", ...at, process: EXPORTER, seal: quote.key };
  cold.plant(markerKey(at, markers.length + 1), marker);
  if (verifiedBy !== null) plantReceipt(cold, at, id, quote, verifiedBy);
  return quote;
}

export function plantReceipt(
  cold: MemoryCold,
  at: typeof B,
  id: string,
  seal: { key: string; sha256: string },
  process: string,
): void {
  const receipt = { schema: "cellarman/verified/1", ...at, process, seal };
  cold.plant(verifiedKey(at, id, process), {
    ...receipt,
    points: "1",
    series: "1",
    digest: hexHash(7),
  });
}

export function plantApproval(
  cold: MemoryCold,
  id: string,
  ...seals: { key: string; sha256: string }[]
): string {
  const key = approvalKey(AT, id);
  cold.plant(key, {
    schema: "cellarman/approved/1",
    ...AT,
    process: hexId(4),
    seals,
    digest: hexHash(8),
    by: "command",
  });
  return key;
}

/** What each seal of a view lacks to be relied on. */
export const lacksOf = async (cold: MemoryCold, said: Parameters<typeof gateCase>[0] = {}) =>
  (await readView(cold, gateCase(said))).standing.map((s) => s.lacks);
