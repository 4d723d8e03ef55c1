// When the open periods were archived, verified, cooled and purged, as a Mermaid Gantt. Pure.
import type { BatchView, OpenPeriod } from "./open-period.ts";
import type { FlowView } from "./overview.ts";

/** Periods that are drawn, the newest work first: a picture of more cannot be read. */
export const PERIODS_DRAWN = 20;

const MINUTE_MS = 60_000;

/** A bar: from the first batch to the last. */
interface Bar {
  readonly name: string;
  readonly tag: "done" | "active" | "crit";
  readonly fromMs: number;
  readonly toMs: number;
}

/** The picture in its fence; empty where nothing was done yet. */
export function ganttMarkdown(views: readonly FlowView[]): string {
  const sections = views
    .flatMap((view) =>
      view.periods
        .filter((p) => p.kind === "open")
        .map((open) => ({ name: `${view.flow.name} ${open.period}`, bars: barsOf(view, open) })),
    )
    .filter(({ bars }) => bars.length > 0)
    .toSorted((a, b) => lastMs(b.bars) - lastMs(a.bars))
    .slice(0, PERIODS_DRAWN);
  if (sections.length === 0) return "";
  const lines = sections.flatMap(({ name, bars }) => [
    `  section ${name}`,
    ...bars.map(
      ({ name: what, tag, fromMs, toMs }) =>
        `  ${what} :${tag}, ${moment(fromMs)}, ${moment(Math.max(toMs, fromMs + MINUTE_MS))}`,
    ),
  ]);
  const head = ["gantt", "  dateFormat YYYY-MM-DDTHH:mm", "  axisFormat %m-%d %H:%M"];
  return `\`\`\`mermaid\n${[...head, ...lines].join("\n")}\n\`\`\`\n`;
}

/** To the minute, UTC: `2026-03-05T04:05`. */
const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

const lastMs = (bars: readonly Bar[]): number => Math.max(...bars.map((b) => b.toMs));

function barsOf({ nowMs }: FlowView, { batches }: OpenPeriod): Bar[] {
  const span = (name: string, when: (b: BatchView) => number | undefined): Bar[] => {
    const times = batches.map(when).filter((ms) => ms !== undefined);
    if (times.length === 0) return [];
    const whole = times.length === batches.length;
    const [fromMs, toMs] = [Math.min(...times), Math.max(...times)];
    return [{ name, tag: whole ? "done" : "crit", fromMs, toMs }];
  };
  const archive = span("archive", (b) => b.archivedMs);
  const untilMs = Math.max(0, ...batches.map((b) => b.status.untilMs ?? 0));
  const [{ toMs: sealedMs } = { toMs: 0 }] = archive;
  const grace: Bar[] =
    untilMs > sealedMs && sealedMs > 0
      ? [
          {
            name: "grace",
            tag: untilMs > nowMs ? "active" : "done",
            fromMs: sealedMs,
            toMs: untilMs,
          },
        ]
      : [];
  return [
    ...archive,
    ...span("verify", (b) => b.verifiedMs),
    ...grace,
    ...span("purge", (b) => b.purgedMs),
  ];
}
