// What `status` prints for people.
import { tally } from "../plan/due.ts";
import { renderTable } from "./table.ts";
import type { OpenPeriod, BatchView } from "./open-period.ts";
import type { FlowView, PeriodView } from "./overview.ts";
import { isUnproven, UNPROVEN } from "./unproven.ts";
import { groupWaits } from "./waits.ts";
import {
  countText,
  holdText,
  isHeld,
  liftCommand,
  minute,
  plural,
  sizeText,
  totalsOf,
  waitText,
} from "./words.ts";

/** Batches of a period that are listed; the rest is counted, and is in the JSON. */
export const BATCHES_LISTED = 50;

/** One flow: its periods, then what needs a look. */
export function flowText(view: FlowView): string {
  const { flow, periods } = view;
  const next = `next: ${view.nextDue.period}, due ${minute(view.nextDue.atMs)}`;
  const head = `${flow.name}: purge.mode ${flow.purge.mode}; ${next}\n`;
  if (periods.length === 0) return `${head}  No period is due.\n${remarksText(view)}`;
  const rows = periods.map(periodRow);
  const table = renderTable([["period", "state", "batches", "points", "bytes"], ...rows]);
  return head + table + waitsText(view) + remarksText(view);
}

function periodRow(period: PeriodView): string[] {
  const { batches, points, bytes } = totalsOf(period);
  return [period.period, stateText(period), String(batches), countText(points), sizeText(bytes)];
}

/** `closed`, `not planned`, or the batches by state. */
export function stateText(period: PeriodView): string {
  if (period.kind === "closed") return `closed ${minute(period.atMs)}`;
  if (period.kind === "unplanned") return "not planned";
  const states = Object.entries(tally(period.batches.map((b) => b.status)));
  return states.map(([state, n]) => `${n} ${state}`).join(", ") || "no batch";
}

function waitsText({ flow, periods }: FlowView): string {
  const lines = periods.flatMap((period) => {
    if (period.kind === "unplanned") {
      return [`${period.period} waits for a plan`, `  → cellarman plan ${flow.name}`];
    }
    if (period.kind === "closed") return [];
    return groupWaits(period.batches.map((b) => b.wait)).flatMap((group) => [
      `${period.period} waits, ${waitText(group)}`,
      ...(group.wait.next === undefined ? [] : [`  → ${group.wait.next}`]),
    ]);
  });
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * Holds, stalled recounts, late points, lost seals, garbage: a line each, with the way out under
 * it.
 */
export function remarksText(view: FlowView): string {
  const { flow, holds, stalled } = view;
  const lines = holds.flatMap((h) => [`HELD: ${holdText(h)}`, `  → ${liftCommand(flow.name, h)}`]);
  if (stalled) {
    const { period, batch } = stalled;
    lines.push(
      `No purge starts on this server: the recount of ${period} ${batch} did not end in time.`,
      "  → compact LevelDB, or wait until it has; then cellarman purge",
    );
  }
  if (isUnproven(flow)) lines.push(`NOT PROVEN: ${UNPROVEN}`);
  for (const period of view.periods) {
    if (period.kind === "open") lines.push(...periodRemarks(flow.name, period));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function periodRemarks(flow: string, open: OpenPeriod): string[] {
  const { period, holds, lost, attempts, batches } = open;
  const late = batches.filter((b) => b.status.lateCount > 0);
  const rounds = late.reduce((n, b) => n + b.status.lateCount, 0);
  const purging = batches.filter((b) => b.status.state === "purging");
  return [
    ...holds.flatMap((h) => [`HELD: ${holdText(h)}`, `  → ${liftCommand(flow, h)}`]),
    ...lost.map(({ seal, why }) => `LOST: ${seal}: ${why}`),
    ...(purging.length === 0
      ? []
      : [`${period}: a delete was begun and is not proven in ${namesOf(purging)}`]),
    ...(late.length === 0
      ? []
      : [
          `${period}: late points in ${namesOf(late)}, ` +
            `${plural(rounds, "further attempt")} asked for`,
        ]),
    ...open.filesLeft.map(
      (file) =>
        `${period}: ${file}* may lie where HFDUMP writes, of a generation that failed: ` +
        "never uploaded; take it away by hand",
    ),
    ...(attempts.unsealed === 0
      ? []
      : [
          `${period}: ${plural(attempts.unsealed, "attempt")} without a valid seal, ` +
            `${sizeText(attempts.bytes)} (failed, withdrawn or running): harmless`,
        ]),
  ];
}

/** The first three ids, and how many more. */
export function namesOf(batches: readonly BatchView[]): string {
  const names = batches.slice(0, 3).map((b) => b.status.batch.id);
  const more = batches.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** One open period, batch by batch. */
export function batchesText(
  view: FlowView,
  open: OpenPeriod,
  batches: readonly BatchView[],
): string {
  const head = ["batch", "state", "series", "points", "bytes", "late", "waits for", "until"];
  const rows = batches
    .slice(0, BATCHES_LISTED)
    .map((b) => [
      b.status.batch.id,
      b.status.state + (isHeld(view, open.period, b) ? ", held" : ""),
      b.status.batch.series,
      b.seals === 0 ? "" : `${b.seals > 1 ? "≥" : ""}${countText(b.points)}`,
      b.seals === 0 ? "" : sizeText(b.bytes),
      String(b.status.lateCount),
      b.wait?.for ?? "",
      b.wait?.untilMs === undefined ? "" : minute(b.wait.untilMs),
    ]);
  const more = batches.length - rows.length;
  return (
    `${view.flow.name} ${open.period}: ${stateText(open)}\n` +
    renderTable([head, ...rows]) +
    (more > 0 ? `… and ${more} more; --json lists all.\n` : "") +
    waitsText({ ...view, periods: [open] }) +
    remarksText({ ...view, periods: [open] })
  );
}
