// Small ledgers in memory, and the view that status and report take of them.
import type { Flow } from "../../src/flow/flow.ts";
import { PURGE_LIMITS } from "../../src/purge/limits.ts";
import { type FlowView, readFlowView } from "../../src/report/overview.ts";
import { edited, flowOf } from "../flow/flows.ts";
import { AT, planOf, plantPlan, plantRuling } from "../ledger/plans.ts";
import { sealOf } from "../ledger/seals.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { at, DAY_MS, hexHash, hexId } from "../support/values.ts";

/** When November 2025 has been due for some days, and December is not yet. */
export const NOW = at("2026-03-20T12:00:00Z");

export const FLOW: Flow = flowOf(edited("flow: metrics", `flow: ${AT.flow}`));

/** A bucket with a plan of so many batches for November 2025. */
export function planned(batches = 2): MemoryCold {
  const cold = memoryCold(NOW - 18 * DAY_MS);
  plantRuling(cold, 1, plantPlan(cold, planOf("aaaaaaaa", batches)));
  return cold;
}

/**
 * Seals a batch: its data, its seal, and a receipt where it is verified. Returns the seal's key.
 */
export function plantSeal(
  cold: MemoryCold,
  n: number,
  said: { points?: string; verified?: boolean; data?: boolean } = {},
): string {
  const { points = "1000", verified = true, data = true } = said;
  const batch = `aaaaaaaa-${String(n).padStart(5, "0")}`;
  const id = hexId(100 + n);
  const bytes = 500;
  const seal = sealOf(id, { batch, points, bytes: String(bytes), attempt: id });
  if (data) {
    const key = `data/${AT.flow}/period=${AT.period}/${batch}/${id}/points-00000.parquet`;
    cold.objects.set(key, { bytes: new Uint8Array(bytes), lastModifiedMs: cold.clockMs });
  }
  const { sha256 } = cold.plant(seal.key, seal.value);
  if (verified) plantVerified(cold, batch, id, { key: seal.key, sha256 });
  return seal.key;
}

/** A verify receipt for a seal, there or not. */
export function plantVerified(
  cold: MemoryCold,
  batch: string,
  id: string,
  seal: { key: string; sha256: string },
): void {
  cold.plant(`verified/${AT.flow}/${AT.period}/${batch}/${id}.${hexId(7)}.json`, {
    schema: "cellarman/verified/1",
    ...AT,
    batch,
    process: hexId(7),
    seal,
    points: "1000",
    series: "1",
    digest: hexHash(5),
  });
}

/** A hold on the flow, the period or a batch. */
export function plantHold(cold: MemoryCold, path: string, reason = "why"): void {
  cold.plant(`holds/${path}/1`, {
    schema: "cellarman/hold/1",
    process: hexId(1),
    by: "person",
    reason,
    finding: null,
  });
}

/** The view of the ledger at NOW. */
export function viewOf(cold: MemoryCold, only?: string): Promise<FlowView> {
  cold.clockMs = NOW;
  return readFlowView({ cold, flow: FLOW, limits: PURGE_LIMITS }, only);
}
