// audit: the whole story of one point: what holds it, what let it be deleted, and a fresh read.
import type { Point } from "../archive/points.ts";
import {
  type Audited,
  auditJson,
  auditText,
  type HotAnswer,
  type Verdict,
} from "../audit/document.ts";
import { type Story, tellStory } from "../audit/audit.ts";
import { isAskedFor, parseSeries, parseTime, type Question } from "../audit/question.ts";
import type { Cold } from "../cellar/cold.ts";
import { indexPeriods, readRuling } from "../cellar/snapshot.ts";
import { periodAt } from "../plan/period.ts";
import { asCellarmanError, CellarmanError, EXIT } from "../runtime/errors.ts";
import { collectPoints, samePoint } from "../verify/points.ts";
import { type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";
import { encodeSelector } from "../warp10/selector.ts";
import { identityOf } from "../warp10/series.ts";
import { readPoints } from "../warp10/text/read.ts";
import { chosenFlow, type FlowFile, openReader, openStore } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  archived: EXIT.done,
  "hot-only": EXIT.done,
  nowhere: EXIT.failed,
  wrong: EXIT.mismatch,
};

/**
 * `audit FLOW SERIES TIME`. Exit 1 where neither archive nor hot shows the point, 4 where an
 * object, the view or the chain of receipts is wrong, or hot holds another value.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const at = await chosenFlow(inv);
  const [, seriesText, timeText] = inv.positionals;
  if (seriesText === undefined || timeText === undefined) {
    throw new CellarmanError("usage", "audit needs a flow, a series and a time", {
      hint: "cellarman audit metrics 'cpu.load{host=a}' 2025-11-03T10:00:00Z",
    });
  }
  const series = parseSeries(seriesText);
  const cold = await openStore(inv, at);
  try {
    const unit = await unitOf(cold, at);
    const time = parseTime(timeText, unit);
    const atMs = Number(floorDiv(time, UNITS_PER_MS[unit]));
    const period = periodAt(at.flow.period.every, atMs).name;
    const question = { series, time };
    const story = await tellStory(cold, { flow: at.flow.name, period }, question);
    const hot = await askHot(inv, at, unit, question, story.identity);
    const audited = judge(story, hot, {
      flow: at.flow.name,
      period,
      identity: story.identity || series.identity,
      time,
      iso: new Date(atMs).toISOString(),
    });
    const text = auditText(audited);
    return { exitCode: EXIT_OF[audited.verdict], text, json: auditJson(audited) };
  } finally {
    await cold.close();
  }
}

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** The unit that the flow says, or that the newest plan pinned. */
async function unitOf(cold: Cold, { flow }: FlowFile): Promise<TimeUnit> {
  if (flow.source.timeUnit !== null) return flow.source.timeUnit;
  for (const { period } of (await indexPeriods(cold, flow.name)).toReversed()) {
    const ruling = await readRuling(cold, { flow: flow.name, period });
    if (ruling) return ruling.plan.value.unit;
  }
  throw new CellarmanError("usage", `${flow.name} has no plan: its time unit is not known`, {
    hint: `cellarman plan ${flow.name}, or set source.time-unit.`,
  });
}

function judge(
  story: Story,
  hot: HotAnswer,
  about: Pick<Audited, "flow" | "period" | "identity" | "time" | "iso">,
): Audited {
  const counting = story.holders.find((h) => h.counts)?.place?.point;
  const inHot = hot.read ? hot.point : undefined;
  const problems = [...story.problems];
  if (counting && inHot && !samePoint(counting, inHot)) {
    problems.push("hot holds another value than the archive: the next verify or gate says late");
  }
  const verdict = (): Verdict => {
    if (problems.length > 0) return "wrong";
    if (counting) return "archived";
    return inHot ? "hot-only" : "nowhere";
  };
  return { ...about, verdict: verdict(), problems, story, hot };
}

/** A fresh read of hot, where a read token is at hand. What fails is said, and decides nothing. */
async function askHot(
  inv: Invocation,
  at: FlowFile,
  unit: TimeUnit,
  question: Question,
  identity: string,
): Promise<HotAnswer> {
  const { env } = at.flow.source.readToken;
  if (inv.io.env.get(env) === undefined) return { read: false, why: `${env} is not set` };
  try {
    const hot = await openReader(inv, at, unit);
    try {
      const found = await readPoint(hot, question, identity);
      return { read: true, point: found };
    } finally {
      await hot.close();
    }
  } catch (thrown) {
    inv.io.signal?.throwIfAborted();
    return { read: false, why: asCellarmanError(thrown).message };
  }
}

async function readPoint(
  hot: Awaited<ReturnType<typeof openReader>>,
  { series, time }: Question,
  identity: string,
): Promise<Point | undefined> {
  // What the server adds to a series (`.app`) it does not take in a selector.
  const said = Object.entries(series.labels).filter(([name]) => !name.startsWith("."));
  const labels = Object.fromEntries(said.map(([name, exact]) => [name, { exact }]));
  const selector = encodeSelector({ class: { exact: series.className }, labels });
  const asked = new Set<string>();
  for await (const one of hot.find(selector)) {
    const known = identityOf(one);
    const isIt =
      identity === "" ? isAskedFor(series.labels, series.className, one) : known === identity;
    if (isIt) asked.add(known);
  }
  const range = { start: time, end: time };
  const stream = readPoints(hot.fetch(selector, range), { where: "the hot store's fetch" });
  const found = await collectPoints(stream, asked, range);
  return [...found.values()].flat()[0];
}
