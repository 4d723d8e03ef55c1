// How counts, times and holds are put into words: by `status`, `report` and `list` alike. Pure.
import { type ActiveHold, describeScope } from "../cellar/holds.ts";
import type { HoldScope } from "../ledger/keys.ts";
import { bytesText, compact } from "../runtime/progress.ts";
import type { FlowView, PeriodView } from "./overview.ts";
import type { BatchView } from "./open-period.ts";
import type { WaitGroup } from "./waits.ts";

/** A moment to the minute, UTC: `2026-03-01 04:05Z`. */
export const minute = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;

/** ISO 8601, or null where there is no such moment: for JSON. */
export const iso = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

/** A count in three digits and a letter. */
export const countText = (n: bigint): string => compact(Number(n));

export const sizeText = (bytes: bigint): string => bytesText(Number(bytes));

/** Bytes a point, two digits; empty where there are no points. */
export const perPoint = (bytes: bigint, points: bigint): string =>
  points === 0n ? "" : (Number(bytes) / Number(points)).toFixed(2);

/** `1 batch`, `3 batches`. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${n} ${n === 1 ? one : many}`;

/** `grace until 2026-03-01 04:05Z (3 batches)`. */
export function waitText({ wait, batches, firstMs, lastMs }: WaitGroup): string {
  const until = lastMs === undefined ? "" : ` until ${minute(lastMs)}`;
  const from =
    firstMs === lastMs || firstMs === undefined ? "" : ` (the first: ${minute(firstMs)})`;
  return `${plural(batches, "batch", "batches")}: ${wait.for}${until}${from}`;
}

/** The command that lifts a hold. */
export const liftCommand = (flow: string, { hold }: ActiveHold): string =>
  `cellarman lift ${flow} ${hold.key} --reason "..."`;

/** A hold for JSON. */
export const holdJson = (flow: string, active: ActiveHold): object => ({
  scope: active.scope.kind,
  ...("batch" in active.scope ? { batch: active.scope.batch } : {}),
  key: active.hold.key,
  by: active.hold.value.by,
  reason: active.hold.value.reason,
  since: iso(active.hold.lastModifiedMs),
  lift: liftCommand(flow, active),
});

/** What a hold covers, and why: one line. */
export const holdText = ({ scope, hold }: ActiveHold): string =>
  `${describeScope(scope)} is held by ${hold.value.by === "tool" ? "the tool" : "a person"} ` +
  `since ${minute(hold.lastModifiedMs)}: ${hold.value.reason}`;

/**
 * Whether a batch's purge is held: by itself, one that it was split from, its period, or anything
 * above.
 */
export function isHeld(
  { holds, periods }: Pick<FlowView, "holds" | "periods">,
  period: string,
  batch: BatchView,
): boolean {
  const own = periods.find((p) => p.period === period);
  const ids = new Set([batch.status.batch.id, ...batch.status.batch.parents]);
  const covers = (scope: HoldScope): boolean => scope.kind !== "batch" || ids.has(scope.batch);
  return holds.length > 0 || (own?.kind === "open" && own.holds.some((h) => covers(h.scope)));
}

/** Batches, points and bytes of a period. */
export function totalsOf(view: PeriodView): { batches: number; points: bigint; bytes: bigint } {
  if (view.kind === "unplanned") return { batches: 0, points: 0n, bytes: 0n };
  if (view.kind === "closed") {
    const { batches, points, bytes } = view.receipt;
    return { batches, points: BigInt(points), bytes: BigInt(bytes) };
  }
  return {
    batches: view.batches.length,
    points: view.batches.reduce((n, b) => n + b.points, 0n),
    bytes: view.batches.reduce((n, b) => n + b.bytes, 0n),
  };
}
