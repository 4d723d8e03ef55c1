// The report as Markdown: state first, then what was done, what waits, what needs a person.
import type { Amount, Done, FlowReport } from "./flow-report.ts";
import { code, escapeMarkdown as md, markdownList, markdownTable } from "./markdown.ts";
import type { PeriodView } from "./overview.ts";
import { stateText } from "./status-text.ts";
import { isUnproven, UNPROVEN } from "./unproven.ts";
import { countText, minute, perPoint, plural, sizeText, totalsOf, waitText } from "./words.ts";

/** Periods in the table, newest; older ones are summed up. The JSON has all. */
const PERIODS_LISTED = 24;
/** Series named for each batch that got late points. */
const SERIES_NAMED = 5;

/** Several flows, the ones that need a person first. */
export function reportMarkdown(reports: readonly FlowReport[], nowMs: number): string {
  const rank = { "needs a person": 0, waits: 1, done: 2 };
  const sorted = reports.toSorted((a, b) => rank[a.state] - rank[b.state]);
  const states = sorted.map((r) => `**${md(r.view.flow.name)}**: ${r.state}`);
  return (
    `# Cellarman, ${minute(nowMs)}\n\n` +
    (states.length === 0 ? "No flows.\n" : markdownList(states)) +
    sorted.map((r) => `\n${flowMarkdown(r)}`).join("") +
    "\nA purge frees no disk by itself: LevelDB does when it compacts.\n"
  );
}

function flowMarkdown(report: FlowReport): string {
  const { view, attention, waits } = report;
  const { flow, nextDue } = view;
  const parts = [
    `## ${md(flow.name)}: ${report.state}\n`,
    attention.length === 0 ? "" : `### Needs a person\n\n${attentionList(report)}`,
    isUnproven(flow) ? `**Not proven:** ${md(UNPROVEN)}.\n` : "",
    `### Periods\n\n${periodsTable(view.periods)}`,
    `### Done\n\n${doneTable(report)}`,
    waits.length + unplanned(view.periods).length === 0 ? "" : `### Waits\n\n${waitsList(report)}`,
    report.late.length === 0 ? "" : `### Late points\n\n${lateList(report)}`,
    `Purge mode: ${flow.purge.mode}. ` +
      `Next period: ${nextDue.period}, due ${minute(nextDue.atMs)}.\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

const attentionList = ({ attention }: FlowReport): string =>
  markdownList(
    attention.map(
      ({ what, todo, isCommand }) => `${md(what)}: ${isCommand ? code(todo) : md(todo)}`,
    ),
  );

function periodsTable(periods: readonly PeriodView[]): string {
  if (periods.length === 0) return "No period is due.\n";
  const older = periods.slice(0, -PERIODS_LISTED);
  const rows = periods.slice(-PERIODS_LISTED).map((p) => {
    const { batches, points, bytes } = totalsOf(p);
    const cells = [String(batches), countText(points), sizeText(bytes), perPoint(bytes, points)];
    return [p.period, md(stateText(p)), ...cells];
  });
  const head = ["period", "state", "batches", "points", "bytes", "bytes a point"];
  const note = older.length === 0 ? "" : `\n${plural(older.length, "older period")} not shown.\n`;
  return markdownTable([head, ...rows]) + note;
}

function doneTable({ lastDay, inAll, closedLastDay }: FlowReport): string {
  const steps: (keyof Done)[] = ["archived", "verified", "purged"];
  const rows = steps.map((step) => [step, amountText(lastDay[step]), amountText(inAll[step])]);
  const closed =
    closedLastDay.length === 0 ? "" : `\nClosed meanwhile: ${closedLastDay.join(", ")}.\n`;
  return markdownTable([["", "last 24 h", "in all"], ...rows]) + closed;
}

const amountText = ({ batches, points, bytes }: Amount): string =>
  batches === 0
    ? "nothing"
    : `${plural(batches, "batch", "batches")}, ${countText(points)} points, ${sizeText(bytes)}`;

const unplanned = (periods: readonly PeriodView[]): PeriodView[] =>
  periods.filter((p) => p.kind === "unplanned");

function waitsList({ view, waits }: FlowReport): string {
  const plans = unplanned(view.periods).map(
    (p) => `${p.period}: a plan: ${code(`cellarman plan ${view.flow.name}`)}`,
  );
  const groups = waits.map((w) => {
    const next = w.wait.next === undefined ? "" : `: ${code(w.wait.next)}`;
    return `${w.period}: ${md(waitText(w))}${next}`;
  });
  return markdownList([...plans, ...groups]);
}

const lateList = ({ late }: FlowReport): string =>
  markdownList(
    late.map(({ period, batch, times, series }) => {
      const named = series.slice(0, SERIES_NAMED).map(md).join("; ");
      const more = series.length > SERIES_NAMED ? ` and ${series.length - SERIES_NAMED} more` : "";
      const what = named === "" ? "" : `: ${named}${more}`;
      return `${period} ${batch}, ${plural(times, "time")}${what}`;
    }),
  );
