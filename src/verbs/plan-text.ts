// What `plan` prints for people: a table of periods, and what happens next.
import { tally } from "../plan/due.ts";
import { bytesText, compact, duration } from "../runtime/progress.ts";
import { renderTable } from "../report/table.ts";
import { some } from "../runtime/words.ts";
import { coverText } from "./approval-cover.ts";
import type { FlowPlanned } from "./plan.ts";
import type { Broken } from "./plan-json.ts";
import type { PlannedLegs } from "./plan-legs.ts";
import type { RuledPeriod } from "./periods.ts";

/**
 * Points that a server reads a second, bytes that a point takes: for estimates only (design §8,
 * facts formats).
 */
const POINTS_PER_S = 1_200_000;
const BYTES_PER_POINT = 1.5;

/** Renders what planning found. */
export function describePlans(planned: readonly FlowPlanned[]): string {
  if (planned.length === 0) return "No flows.\n";
  return planned.map(describeFlow).join("\n");
}

function describeFlow(planned: FlowPlanned): string {
  const { flow, periods, nextDueMs, purgeList } = planned;
  if (periods.length === 0) {
    const next = nextDueMs === undefined ? "" : ` The first period is due on ${day(nextDueMs)}.`;
    return `${flow}: nothing is due.${next}\n`;
  }
  const head = ["period", "batches", "series", "points", "bytes", "time", "states"];
  const table = renderTable([head, ...periods.map(row)]);
  const { entries, leftOut, runs } = purgeList;
  const purge =
    entries.length === 0
      ? leftOut > 0
        ? `Of ${some(leftOut, "batch", "batches")} the next one alone exceeds purge.budget.\n`
        : ""
      : `To purge in this run: ${some(entries.length, "batch", "batches")}` +
        (leftOut > 0
          ? `; ${leftOut} more wait for the budget, about ${some(runs, "run")} in all.\n`
          : ".\n");
  const covers = planned.toReview.map((cover) => `To approve: ${coverText(cover)}.\n`);
  return `${flow}\n${table}${purge}${covers.join("")}`;
}

function row({ ledger, ruling, statuses }: RuledPeriod): string[] {
  const known = ruling.batches.map((b) => b.points).filter((p) => p !== null);
  const points = known.reduce((n, p) => n + Number(p), 0);
  const unknown = known.length === 0;
  return [
    ledger.at.period,
    String(statuses.length),
    ruling.plan.value.coverage.rootSeries,
    unknown ? "?" : `~${compact(points)}`,
    unknown ? "?" : `~${bytesText(points * BYTES_PER_POINT)}`,
    unknown ? "?" : `~${duration(points / POINTS_PER_S)}`,
    Object.entries(tally(statuses))
      .map(([state, n]) => `${n} ${state}`)
      .join(", "),
  ];
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What the jobs after `plan` will be, and what needs a person. */
export function describeLegs(
  { id, legs, review, elsewhere }: PlannedLegs,
  broken: readonly Broken[],
): string {
  const counts = Object.entries(legs).map(([step, of]) => `${some(of.length, `${step} leg`)}`);
  const lines = [
    `Plan ${id}: ${counts.join(", ")}.`,
    ...review.map((r) => `To be reviewed in ${r.environment}: ${r.flow} ${r.period}, ${r.digest}.`),
    ...elsewhere.map(elsewhereText),
    ...broken.map(({ flow, error }) => `${flow} was left out: ${error.message}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The notice of a purge that CI does not do. */
export const elsewhereText = ({
  flow,
  batches,
  sinceMs,
}: PlannedLegs["elsewhere"][number]): string =>
  `${flow}: ${some(batches, "batch", "batches")} ${batches === 1 ? "waits" : "wait"} for ` +
  `\`cellarman purge\`, oldest since ${day(sinceMs)}`;
