// Holds and their lifts, found by key: what forbids is never looked for in a listing (design §3).
import { batchFamily, type BatchRef, holdKey, type HoldScope, liftKey } from "../ledger/keys.ts";
import type { PlannedBatch } from "../ledger/records.ts";
import { type Hold, holdRecord, liftRecord } from "../ledger/receipts.ts";
import type { Cold } from "./cold.ts";
import { readNumbered, sha256Hex, type Stored, writeNumbered } from "./records.ts";

/** A hold in force. */
export interface ActiveHold {
  readonly scope: HoldScope;
  readonly hold: Stored<Hold>;
}

/** What the holds of some scopes say. */
export interface HoldsRead {
  readonly active: readonly ActiveHold[];
  /** Digests of findings that lifts quote: the gate passes over exactly these. */
  readonly liftedFindings: ReadonlySet<string>;
  /** When the newest lift was made, ms; undefined: none. */
  readonly lastLiftMs: number | undefined;
}

/** How a server is named in keys: a hash of its address. */
export const serverId = (url: string): string => sha256Hex(url).slice(0, 32);

/** Every scope whose holds block a batch's purge. */
export function scopesOf(
  at: BatchRef,
  server: string,
  batch: Pick<PlannedBatch, "parents">,
): HoldScope[] {
  const { flow, period } = at;
  return [
    { kind: "all" },
    { kind: "server", server: serverId(server) },
    { kind: "flow", flow },
    { kind: "period", flow, period },
    ...[at.batch, ...batch.parents].map((id): HoldScope => ({
      kind: "batch",
      flow,
      period,
      batch: id,
    })),
  ];
}

/** Reads all holds and lifts of the scopes. Throws when any cannot be read. */
export async function readHolds(cold: Cold, scopes: readonly HoldScope[]): Promise<HoldsRead> {
  const read = await Promise.all(scopes.map((scope) => readScope(cold, scope)));
  const lifts = read.map((r) => r.lastLiftMs).filter((ms) => ms !== undefined);
  return {
    active: read.flatMap((r) => r.active),
    liftedFindings: new Set(read.flatMap((r) => [...r.liftedFindings])),
    lastLiftMs: lifts.length === 0 ? undefined : Math.max(...lifts),
  };
}

async function readScope(cold: Cold, scope: HoldScope): Promise<HoldsRead> {
  const holds = await readNumbered(cold, (n) => holdKey(scope, n), holdRecord);
  if (holds.length === 0) return { active: [], liftedFindings: new Set(), lastLiftMs: undefined };
  const lifts = await readNumbered(cold, (n) => liftKey(scope, n), liftRecord);
  // By time as well: the very same hold may be put again after it was lifted.
  const isLifted = ({ sha256, lastModifiedMs }: Stored<Hold>): boolean =>
    lifts.some((l) => l.value.hold === sha256 && l.lastModifiedMs >= lastModifiedMs);
  return {
    active: holds.filter((hold) => !isLifted(hold)).map((hold) => ({ scope, hold })),
    liftedFindings: new Set(lifts.map((l) => l.value.finding).filter((f) => f !== null)),
    lastLiftMs: lifts.at(-1)?.lastModifiedMs,
  };
}

/**
 * Puts a hold. The same hold (same cause and finding) that is in force already is not put twice.
 */
export async function putHold(
  cold: Cold,
  scope: HoldScope,
  hold: Omit<Hold, "schema">,
): Promise<void> {
  const { active, liftedFindings } = await readScope(cold, scope);
  const alike = active.some(
    ({ hold: { value } }) => value.reason === hold.reason && value.finding === hold.finding,
  );
  if (alike || (hold.finding !== null && liftedFindings.has(hold.finding))) return;
  await writeNumbered(cold, (n) => holdKey(scope, n), { schema: "cellarman/hold/1", ...hold });
}

/** A scope in words. */
export function describeScope(scope: HoldScope): string {
  switch (scope.kind) {
    case "all":
      return "everything";
    case "server":
      return "this Warp 10 server";
    case "flow":
      return `flow ${scope.flow}`;
    case "period":
      return `period ${scope.period} of ${scope.flow}`;
    case "batch":
      return `batch ${scope.batch} of ${scope.flow} ${scope.period}`;
  }
}

/** Whether two batches belong to one plan or supplement, whose groups are proven disjoint. */
export const sameFamily = (a: string, b: string): boolean => batchFamily(a) === batchFamily(b);
