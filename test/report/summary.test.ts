// The run's summary: state first, rows that fit, a picture that Mermaid can draw.
import { describe, expect, it } from "vitest";
import { reportOn } from "../../src/report/flow-report.ts";
import { ganttMarkdown, PERIODS_DRAWN } from "../../src/report/gantt.ts";
import type { FlowView } from "../../src/report/overview.ts";
import { SUMMARY_MAX, summaryMarkdown } from "../../src/report/summary.ts";
import { DAY_MS } from "../support/values.ts";
import { NOW, planned, plantSeal, viewOf } from "./ledgers.ts";

const HEADLINE = {
  state: "1 flow needs a look",
  remarks: ["metrics: <b> @all"],
  links: [
    { text: "control.yml", url: "https://github.com/acme/flows/actions/workflows/control.yml" },
  ],
};

async function sealedView(): Promise<FlowView> {
  const cold = planned(2);
  plantSeal(cold, 0, { points: "16000" });
  cold.clockMs += 10_000;
  plantSeal(cold, 1, { points: "20000" });
  return viewOf(cold);
}

describe("the summary", () => {
  it("says the state first, then each period with bytes a point, ratio and speed", async () => {
    const text = summaryMarkdown([reportOn(await sealedView(), [])], HEADLINE, NOW);
    expect(text.startsWith("# 1 flow needs a look\n")).toBe(true);
    expect(text).toContain("- metrics: &lt;b&gt; &#64;all\n");
    expect(text).toContain("[control.yml](https://github.com/acme/flows/actions/");
    // Two seals of 500 bytes; the second one's 20,000 points in ten seconds.
    expect(text).toContain(
      "| f | 2025-11 | 2 cooling | 2 | 36.0 k | 1000 B | 0.03 B | 576.0× | 2.00 k/s |\n",
    );
    expect(text.indexOf("| f |")).toBeLessThan(text.indexOf("```mermaid"));
    expect(text.indexOf("```mermaid")).toBeLessThan(text.indexOf("### Periods"));
  });

  it("stays below what GitHub takes, and says how many periods it left out", async () => {
    const view = await sealedView();
    const [period] = view.periods;
    if (!period) throw new Error("no period");
    const many = { ...view, periods: Array.from({ length: 9_000 }, () => period) };
    const reports = [many, many].map((v) => reportOn(v, []));
    const text = summaryMarkdown(reports, HEADLINE, NOW);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_MAX);
    const shown = text.match(/^\| f \| 2025-11 /gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(5_000);
    expect(text).toContain(`${18_000 - shown} periods not shown: too long.`);
    expect(text).toContain("see the report page");
  });

  it("is a summary even where there is nothing", () => {
    const text = summaryMarkdown([], { state: "All is well", remarks: [], links: [] }, NOW);
    expect(text).toContain("# All is well");
    expect(text).toContain("No period is due.");
    expect(text).not.toContain("mermaid");
  });
});

describe("the Gantt", () => {
  it("has a bar a step, none shorter than a minute, and the grace that is left", async () => {
    const lines = ganttMarkdown([await sealedView()]).split("\n");
    const sealed = new Date(NOW - 18 * DAY_MS).toISOString().slice(0, 16);
    expect(lines.slice(0, 5)).toEqual([
      "```mermaid",
      "gantt",
      "  dateFormat YYYY-MM-DDTHH:mm",
      "  axisFormat %m-%d %H:%M",
      "  section f 2025-11",
    ]);
    expect(lines[5]).toMatch(new RegExp(`^  archive :done, ${sealed}, `));
    expect(lines[6]).toMatch(/^ {2}verify :done, /);
    expect(lines[7]).toMatch(/^ {2}grace :(active|done), /);
    for (const line of lines.filter((l) => / :\w+, /.test(l))) {
      const [, from = "", to = ""] = /, (\S+), (\S+)$/.exec(line) ?? [];
      expect(Date.parse(`${to}Z`)).toBeGreaterThan(Date.parse(`${from}Z`));
    }
  });

  it("draws the newest periods alone", async () => {
    const view = await sealedView();
    const [period] = view.periods;
    if (period?.kind !== "open") throw new Error("no open period");
    const periods = Array.from({ length: 50 }, () => period);
    expect(ganttMarkdown([{ ...view, periods }]).match(/section/g)).toHaveLength(PERIODS_DRAWN);
  });
});
