// What a report says of one flow, before it is put into words: done, waiting, and what needs a
// person. Pure.
import type { ActiveHold } from "../cellar/holds.ts";
import type { BatchView, OpenPeriod } from "./open-period.ts";
import type { FlowView } from "./overview.ts";
import { namesOf } from "./status-text.ts";
import { groupWaits, type WaitGroup } from "./waits.ts";
import { holdText, liftCommand, plural } from "./words.ts";

const DAY_MS = 86_400_000;

/** Late findings after which a person should look at who writes (design §3, "What a gate says"). */
export const LATE_TOO_OFTEN = 3;

/** Batches, points and bytes that a step was done for. */
export interface Amount {
  readonly batches: number;
  readonly points: bigint;
  readonly bytes: bigint;
}

/** What was done: each step by the store's clock. */
export interface Done {
  readonly archived: Amount;
  readonly verified: Amount;
  readonly purged: Amount;
}

/** What kind of thing needs a person. `approval` and a person's `hold` are meant to wait. */
export type AttentionKind =
  | "hold"
  | "tool-hold"
  | "stalled"
  | "approval"
  | "purging"
  | "late"
  | "lost"
  | "unsealed";

/** Something that does not go on by itself. */
export interface Attention {
  readonly kind: AttentionKind;
  /** Undefined where it is about the whole flow. */
  readonly period: string | undefined;
  readonly what: string;
  /** The step to take: a command, or a sentence. */
  readonly todo: string;
  readonly isCommand: boolean;
}

/** Batches that got late points, and the series that the newest finding names. */
export interface LateBatch {
  readonly period: string;
  readonly batch: string;
  readonly times: number;
  readonly series: readonly string[];
}

/** Everything that a report says of one flow. */
export interface FlowReport {
  readonly view: FlowView;
  readonly state: "needs a person" | "waits" | "done";
  readonly lastDay: Done;
  /**
   * Periods that closed in the last day count here, not in `lastDay`: their receipts do not tell
   * times.
   */
  readonly closedLastDay: readonly string[];
  readonly inAll: Done;
  readonly waits: readonly (WaitGroup & { readonly period: string })[];
  readonly attention: readonly Attention[];
  readonly late: readonly LateBatch[];
}

/** Judges a flow's view. */
export function reportOn(view: FlowView, late: readonly LateBatch[]): FlowReport {
  const sinceMs = view.nowMs - DAY_MS;
  const open = view.periods.filter((p) => p.kind === "open");
  const closed = view.periods.filter((p) => p.kind === "closed");
  const attention = [...flowAttention(view), ...open.flatMap((p) => attentionOf(view, p))];
  const waits = open.flatMap(({ period, batches }) =>
    groupWaits(batches.map((b) => b.wait)).map((group) => ({ ...group, period })),
  );
  const toDo = waits.length > 0 || view.periods.some((p) => p.kind === "unplanned");
  const receipts = sum(
    closed.map(({ receipt: { batches, points, bytes } }) => ({
      batches,
      points: BigInt(points),
      bytes: BigInt(bytes),
    })),
  );
  const batches = open.flatMap((p) => p.batches);
  return {
    view,
    state: attention.length > 0 ? "needs a person" : toDo ? "waits" : "done",
    lastDay: doneSince(batches, sinceMs),
    closedLastDay: closed.filter((p) => p.atMs >= sinceMs).map((p) => p.period),
    inAll: mapDone(doneSince(batches, 0), (amount) => sum([amount, receipts])),
    waits,
    attention,
    late,
  };
}

function doneSince(batches: readonly BatchView[], sinceMs: number): Done {
  const amount = (when: (b: BatchView) => number | undefined): Amount =>
    sum(
      batches
        .filter((b) => (when(b) ?? -1) >= sinceMs)
        .map(({ points, bytes }) => ({ batches: 1, points, bytes })),
    );
  return {
    archived: amount((b) => b.archivedMs),
    verified: amount((b) => b.verifiedMs),
    purged: amount((b) => b.purgedMs),
  };
}

const mapDone = ({ archived, verified, purged }: Done, map: (a: Amount) => Amount): Done => ({
  archived: map(archived),
  verified: map(verified),
  purged: map(purged),
});

const sum = (amounts: readonly Amount[]): Amount => ({
  batches: amounts.reduce((n, a) => n + a.batches, 0),
  points: amounts.reduce((n, a) => n + a.points, 0n),
  bytes: amounts.reduce((n, a) => n + a.bytes, 0n),
});

function flowAttention({ flow, holds, stalled }: FlowView): Attention[] {
  const found = holds.map((h) => held(flow.name, undefined, h));
  if (stalled) {
    found.push({
      kind: "stalled",
      period: undefined,
      what:
        "no purge starts on this server: " +
        `the recount of ${stalled.period} ${stalled.batch} did not end in time`,
      todo: "Compact LevelDB, or wait until it has; the next purge recounts first.",
      isCommand: false,
    });
  }
  return found;
}

const held = (flow: string, period: string | undefined, active: ActiveHold): Attention => ({
  kind: active.hold.value.by === "tool" ? "tool-hold" : "hold",
  period,
  what: holdText(active),
  todo: liftCommand(flow, active),
  isCommand: true,
});

function attentionOf({ flow, nowMs }: FlowView, open: OpenPeriod): Attention[] {
  const { period, batches } = open;
  const approval = batches.filter((b) => b.status.waitsFor === "approval");
  const often = batches.filter((b) => b.status.lateCount >= LATE_TOO_OFTEN);
  const purging = batches.filter((b) => b.status.state === "purging");
  const command = (kind: AttentionKind, what: string, todo: string): Attention => ({
    kind,
    period,
    what,
    todo,
    isCommand: true,
  });
  const found = open.holds.map((h) => held(flow.name, period, h));
  if (approval.length > 0) {
    const waiting = plural(approval.length, "batch waits", "batches wait");
    const what = `${period}: ${waiting} for approval`;
    found.push(command("approval", what, `cellarman approve ${flow.name} ${period}`));
  }
  if (purging.length > 0) {
    const what = `${period}: a delete was begun and is not proven in ${namesOf(purging)}`;
    found.push(command("purging", what, `cellarman purge ${flow.name} --period ${period}`));
  }
  if (often.length > 0) {
    found.push({
      kind: "late",
      period,
      what: `${period}: late points for the third time or more in ${namesOf(often)}`,
      todo: "Find who writes the series below, and fence writes of closed periods.",
      isCommand: false,
    });
  }
  for (const { seal, why } of open.lost) found.push(lostSeal(flow.name, open, seal, why));
  const unsealed = batches.filter((b) => b.seals === 0);
  if (open.attempts.unsealed > 0 && unsealed.length > 0 && isOld(open, nowMs)) {
    const without = plural(unsealed.length, "batch has", "batches have");
    const failed = plural(open.attempts.unsealed, "attempt");
    const what = `${period}: ${failed} failed, and ${without} no seal`;
    found.push(command("unsealed", what, `cellarman archive ${flow.name} --period ${period}`));
  }
  return found;
}

function lostSeal(flow: string, open: OpenPeriod, seal: string, why: string): Attention {
  const batch = open.batches.find((b) => b.status.batch.id === seal.split("/")[3]);
  const what = `lost: ${seal}: ${why}`;
  const { period } = open;
  if (batch?.purgedMs === undefined && batch?.status.state !== "purging") {
    const todo = `cellarman withdraw ${flow} ${seal} --reason "..."`;
    return { kind: "lost", period, what, todo, isCommand: true };
  }
  const todo =
    "Points of it may be purged already: bring the object back from a copy or a version.";
  return { kind: "lost", period, what, todo, isCommand: false };
}

/** Attempts that run right now are no failures: nothing was sealed for an hour. */
function isOld({ batches }: OpenPeriod, nowMs: number): boolean {
  return batches.every((b) => nowMs - (b.archivedMs ?? 0) > DAY_MS / 24);
}
