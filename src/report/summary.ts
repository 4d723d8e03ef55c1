// The summary of a run, as Markdown: state first, then a row a period, a picture, and the rest as
// far as it fits. Pure.
import type { FlowReport } from "./flow-report.ts";
import { ganttMarkdown } from "./gantt.ts";
import { escapeMarkdown as md, markdownList, markdownTable } from "./markdown.ts";
import type { PeriodView } from "./overview.ts";
import { reportMarkdown } from "./report-markdown.ts";
import { stateText } from "./status-text.ts";
import { countText, minute, perPoint, plural, sizeText, totalsOf } from "./words.ts";

/** Most that GitHub takes of one step, bytes, less what the runner adds (1 MiB, facts §1.2). */
export const SUMMARY_MAX = 1_000_000;

/** What a point takes without any packing, bytes: timestamp and value. */
const RAW_POINT = 16;

/** What is put above the table. */
export interface Headline {
  /** One sentence: the state of all. */
  readonly state: string;
  /** What is wrong, or should be read. */
  readonly remarks: readonly string[];
  /** Pages that help: the flows' issues, and where to steer. */
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

/** The summary: at most SUMMARY_MAX bytes; rows that do not fit are counted. */
export function summaryMarkdown(
  reports: readonly FlowReport[],
  { state, remarks, links }: Headline,
  nowMs: number,
): string {
  const pages = links.slice(0, LINKS_MAX).map(({ text, url }) => `[${md(text)}](${url})`);
  const steer = pages.length === 0 ? "" : `${pages.join(" · ")}\n\n`;
  const head = `# ${md(state)}\n\n${minute(nowMs)}\n\n${remarksList(remarks)}${steer}`;
  const picture = ganttMarkdown(reports.map((r) => r.view));
  const fixed = size(head) + size(picture);
  const table = periodsTable(reports, SUMMARY_MAX - fixed - NOTE_ROOM);
  const short = `${head}${table}\n${picture}`;
  const details = `\n<details><summary>More</summary>\n\n${reportMarkdown(reports, nowMs)}\n</details>\n`;
  if (size(short) + size(details) <= SUMMARY_MAX) return short + details;
  return `${short}\nThe rest is too long for a summary: see the report page.\n`;
}

const NOTE_ROOM = 400;
/** Links that are shown. */
const LINKS_MAX = 50;
/** Remarks that are shown; the annotations and the issue have the others. */
const REMARKS_MAX = 50;

const size = (text: string): number => Buffer.byteLength(text);

function remarksList(remarks: readonly string[]): string {
  if (remarks.length === 0) return "";
  const more = remarks.length - REMARKS_MAX;
  const rest = more > 0 ? [`and ${more} more`] : [];
  const shown = remarks.slice(0, REMARKS_MAX).map((r) => md(r.slice(0, 1_000)));
  return `${markdownList([...shown, ...rest])}\n`;
}

const HEAD = ["flow", "period", "state", "batches", "points", "bytes", "a point", "ratio", "speed"];

function periodsTable(reports: readonly FlowReport[], room: number): string {
  const rows = reports.flatMap(({ view }) =>
    // The newest periods first: they are what the run was about.
    view.periods.toReversed().map((p) => [md(view.flow.name), ...periodCells(p)]),
  );
  if (rows.length === 0) return "No period is due.\n";
  let used = size(markdownTable([HEAD]));
  const fitting = rows.filter((row) => (used += size(`| ${row.join(" | ")} |\n`)) <= room);
  const left = rows.length - fitting.length;
  const note = left === 0 ? "" : `\n${plural(left, "period")} not shown: too long.\n`;
  return markdownTable([HEAD, ...fitting]) + note;
}

function periodCells(period: PeriodView): string[] {
  const { batches, points, bytes } = totalsOf(period);
  const each = perPoint(bytes, points);
  return [
    period.period,
    md(stateText(period)),
    String(batches),
    countText(points),
    sizeText(bytes),
    each === "" ? "" : `${each} B`,
    bytes === 0n ? "" : `${((Number(points) * RAW_POINT) / Number(bytes)).toFixed(1)}×`,
    speedText(period),
  ];
}

/**
 * Points a second between the first and the last seal: the first one's own points were read before
 * it. Empty where fewer than two batches were sealed.
 */
function speedText(period: PeriodView): string {
  if (period.kind !== "open") return "";
  const sealed = period.batches
    .filter((b) => b.archivedMs !== undefined)
    .toSorted((a, b) => (a.archivedMs ?? 0) - (b.archivedMs ?? 0));
  const [first, ...others] = sealed;
  const ms = (sealed.at(-1)?.archivedMs ?? 0) - (first?.archivedMs ?? 0);
  if (ms < 1_000) return "";
  const points = others.reduce((n, b) => n + b.points, 0n);
  return `${countText(BigInt(Math.round(Number(points) / (ms / 1_000))))}/s`;
}
