// What the ledger says that a person must see: quarantines, lost seals, deletes without proof,
// late points, and what is overdue. Pure.
import type { Attention, AttentionKind, FlowReport } from "../report/flow-report.ts";
import { overdueCauses } from "./overdue.ts";
import { type BatchRow, type Cause, cause } from "./trouble.ts";

/**
 * A person's own hold, and an approval that is awaited, are no trouble. A failed attempt is said by
 * the run that made it, and when the period is overdue.
 */
const TROUBLE: ReadonlySet<AttentionKind> = new Set([
  "tool-hold",
  "stalled",
  "purging",
  "late",
  "lost",
]);

/** The causes of one flow's ledger; `purgesElsewhere`, `changedMs`: as `overdueCauses` has it. */
export function ledgerCauses(
  report: FlowReport,
  purgesElsewhere: boolean,
  changedMs?: number,
): Cause[] {
  const found = report.attention
    .filter((a) => TROUBLE.has(a.kind))
    .map((a) => attentionCause(a, report));
  return [...found, ...overdueCauses(report.view, purgesElsewhere, changedMs)];
}

function attentionCause({ kind, period, what, todo, isCommand }: Attention, report: FlowReport) {
  // Holds and lost seals are told apart by what they say; it holds no count and no passing time.
  const which = kind === "lost" || kind === "tool-hold" ? what : (period ?? report.view.flow.name);
  const rows = kind === "late" ? lateRows(report, period) : [];
  return cause(`${kind} ${which}`, what, todo, { isCommand, rows });
}

/** Series of a late batch that are named; the report has the rest. */
const SERIES_NAMED = 5;

function lateRows({ late }: FlowReport, period: string | undefined): BatchRow[] {
  return late
    .filter((one) => one.period === period)
    .map(({ batch, times, series }) => ({
      period: period ?? "",
      batch,
      state: `late ${times} times`,
      class: undefined,
      message: series.slice(0, SERIES_NAMED).join("; "),
      log: undefined,
    }));
}
