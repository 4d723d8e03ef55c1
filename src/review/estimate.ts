// What a period amounts to, from whatever is known: its own ledger, the server's listing, or the
// flow's history. Pure.
import type { Period } from "../plan/period.ts";
import { type Amounts, type FlowFacts, type PeriodFacts, UNKNOWN } from "./facts.ts";

/** Which of the two selections. */
export type Side = "before" | "after";

/** Newest periods of the ledger that a history is taken from. */
const HISTORY_PERIODS = 3;

/**
 * Amounts of one period. A period's own ledger tells of what was planned from the old selection:
 * where the selection changes, it says nothing of the new one.
 */
export function amountsOf(
  period: Period,
  side: Side,
  facts: FlowFacts,
  isSameSelection: boolean,
): Amounts {
  const fits = side === "before" || isSameSelection;
  const own = facts.periods?.get(period.name);
  if (own && fits) return own.amounts;
  const history = fits ? fromHistory(facts) : UNKNOWN;
  const server = fromServer(period, side, facts);
  return server ? completed(server, history) : history;
}

/** The server's amounts; what it does not tell, as the flow's history has it. */
const completed = (server: Amounts, history: Amounts): Amounts => ({
  ...server,
  batches: server.batches ?? history.batches,
  points: server.points ?? history.points,
  bytes: server.bytes ?? history.bytes,
  hours: server.hours ?? history.hours,
});

function fromServer(period: Period, side: Side, facts: FlowFacts): Amounts | undefined {
  const { selection } = facts;
  const series = selection?.[side] ?? null;
  if (!selection || series === null) return undefined;
  const lengthMs = period.toMs - period.fromMs;
  const { pointsPerMs } = selection;
  const points =
    pointsPerMs === null ? null : BigInt(Math.round(Number(series) * pointsPerMs * lengthMs));
  return { from: "server", series, batches: selection.batches[side], ...priced(points, facts) };
}

/** Bytes and hours of some points, by what the ledger's periods took. */
function priced(
  points: bigint | null,
  facts: FlowFacts,
): Pick<Amounts, "points" | "bytes" | "hours"> {
  const scale = (what: "bytes" | "hours"): number | null => {
    const known = newest(facts).filter(({ amounts: a }) => a.points && a[what] !== null);
    const total = known.reduce((n, { amounts }) => n + Number(amounts[what]), 0);
    const of = known.reduce((n, { amounts }) => n + Number(amounts.points), 0);
    return points === null || of === 0 ? null : (total / of) * Number(points);
  };
  const bytes = scale("bytes");
  return {
    points,
    bytes: bytes === null ? null : BigInt(Math.round(bytes)),
    hours: scale("hours"),
  };
}

function fromHistory(facts: FlowFacts): Amounts {
  const known = newest(facts);
  if (known.length === 0) return UNKNOWN;
  const mean = (what: "batches" | "series" | "points" | "bytes" | "hours"): number | null => {
    const said = known.map((p) => p.amounts[what]).filter((n) => n !== null);
    const total = said.map(Number).reduce((n, x) => n + x, 0);
    return said.length === 0 ? null : total / said.length;
  };
  const whole = (n: number | null): bigint | null => (n === null ? null : BigInt(Math.round(n)));
  const batches = mean("batches");
  return {
    from: "history",
    batches: batches === null ? null : Math.round(batches),
    series: whole(mean("series")),
    points: whole(mean("points")),
    bytes: whole(mean("bytes")),
    hours: mean("hours"),
  };
}

const newest = ({ periods }: FlowFacts): PeriodFacts[] =>
  [...(periods ?? [])]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .slice(0, HISTORY_PERIODS)
    .map(([, facts]) => facts);

/** Sums amounts; what one of them does not know, the sum does not know. */
export function sumOf(all: readonly Amounts[]): Amounts {
  const [first] = all;
  if (!first) return { ...UNKNOWN, batches: 0, series: 0n, points: 0n, bytes: 0n, hours: 0 };
  return {
    from: all.every((a) => a.from === first.from) ? first.from : "unknown",
    batches: all.reduce((n: number | null, a) => plus(n, a.batches), 0),
    // Periods hold the same series, for the greatest part.
    series: all.reduce((n: bigint | null, a) => most(n, a.series), 0n),
    points: all.reduce((n: bigint | null, a) => plusBig(n, a.points), 0n),
    bytes: all.reduce((n: bigint | null, a) => plusBig(n, a.bytes), 0n),
    hours: all.reduce((n: number | null, a) => plus(n, a.hours), 0),
  };
}

const plus = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;
const plusBig = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null || b === null ? null : a + b;
const most = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null || b === null ? null : a > b ? a : b;
