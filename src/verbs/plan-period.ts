// Planning one period: survey the server, cut groups and slices, prove coverage, write the plan,
// hold it if it is short.
import type { Cold } from "../cellar/cold.ts";
import { putHold } from "../cellar/holds.ts";
import { writeNumbered, writeRecord } from "../cellar/records.ts";
import { readRuling, type RulingPlan } from "../cellar/snapshot.ts";
import { flowDigest, purgeDigest } from "../flow/digest.ts";
import type { Flow } from "../flow/flow.ts";
import { planKey, type PeriodRef, rulingKey } from "../ledger/keys.ts";
import type { Plan } from "../ledger/records.ts";
import { cutGroups, type Group } from "../plan/groups.ts";
import { IdentitySum } from "../plan/identity-sum.ts";
import { holdReason, makePlan, type SurveyedGroup } from "../plan/make-plan.ts";
import { type Period, previousPeriod, rangeOf } from "../plan/period.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Log } from "../runtime/log.ts";
import { randomId } from "../runtime/random.ts";
import { some } from "../runtime/words.ts";
import type { Hot } from "../warp10/hot.ts";
import type { TimeUnit } from "../warp10/range.ts";
import { encodeSelector, type Selector } from "../warp10/selector.ts";
import { proveCoverage, surveyRoot } from "../warp10/survey.ts";

/** What planning a period works with. */
export interface Planning {
  readonly flow: Flow;
  readonly hot: Hot;
  readonly cold: Cold;
  readonly log: Log;
  readonly process: string;
}

/**
 * Surveys the server and writes the period's plan; another planner's, written meanwhile, rules if
 * it was first.
 */
export async function planPeriod(work: Planning, period: Period): Promise<RulingPlan> {
  const { flow, cold, process } = work;
  const at: PeriodRef = { flow: flow.name, period: period.name };
  const plan = await survey(work, period);
  const reason = holdReason(plan, await planBefore(work, period));
  // The hold comes before the plan: a plan rules by its age alone when a crash keeps its ruling
  // from being written.
  if (reason) {
    const scope = { kind: "period", ...at } as const;
    await putHold(cold, scope, { process, by: "tool", reason, finding: null });
    work.log.warn(`${flow.name} ${period.name} is held: ${reason}`);
  }
  const quote = await writeRecord(cold, planKey(at, randomId()), plan, true);
  await makeRule(cold, at, process, quote);
  const ruling = await readRuling(cold, at);
  if (!ruling) throw new CellarmanError("internal", `the plan of ${at.flow} ${at.period} is gone`);
  return ruling;
}

/** Names a plan as the one that rules, by the period's next free number. */
export async function makeRule(
  cold: Cold,
  at: PeriodRef,
  process: string,
  plan: { key: string; sha256: string },
): Promise<void> {
  await writeNumbered(cold, (n) => rulingKey(at, n), {
    schema: "cellarman/ruling/1",
    ...at,
    process,
    plan: { key: plan.key, sha256: plan.sha256 },
  });
}

async function planBefore({ flow, cold }: Planning, period: Period): Promise<Plan | undefined> {
  const before = previousPeriod(flow.period.every, period);
  const at = { flow: flow.name, period: before.name };
  return (await readRuling(cold, at))?.plan.value;
}

async function survey(work: Planning, period: Period): Promise<Plan> {
  const { flow, hot, log } = work;
  const { timeUnit } = await hot.facts();
  const wanted = flow.source.timeUnit;
  if (wanted !== null && wanted !== timeUnit) {
    throw new CellarmanError(
      "mismatch",
      `the server counts in ${timeUnit}, the flow says ${wanted}`,
      {
        hint: "Correct source.time-unit: a wrong unit would select other points.",
      },
    );
  }
  const { byLabel, maxSeries } = flow.batches;
  const rootSum = new IdentitySum();
  const cut: Group[] = [];
  for (const root of flow.source.select) {
    const { sum, counts } = await surveyRoot(hot, root, byLabel);
    rootSum.merge(sum);
    cut.push(...cutGroups(root, byLabel, counts, maxSeries));
  }
  log.info(`${flow.name} ${period.name}: ${rootSum.count} series in ${some(cut.length, "group")}`);
  const groups = cut.map((g) => ({ selector: encodeSelector(g.selector), series: 0n }));
  const roots: readonly Selector[] = flow.source.select;
  const coverage = await proveCoverage(
    hot,
    roots,
    rootSum,
    groups.map((g) => g.selector),
    (i, series) => {
      const group = groups[i];
      if (group) group.series = series;
    },
  );
  return makePlan({
    flow,
    flowDigest: flowDigest(flow),
    purgeDigest: purgeDigest(flow),
    period,
    unit: timeUnit,
    id: randomId().slice(0, 8),
    process: work.process,
    roots: roots.map(encodeSelector),
    groups,
    coverage,
    pointsPerSeries: await samplePoints(work, period, timeUnit, groups),
  });
}

/**
 * What is sampled: whole hours, because many series have a point on the hour; less where there are
 * many series.
 */
const SAMPLE_GROUPS = 3;
const SAMPLE_MS = 3_600_000;
const SAMPLE_MANY_MS = 600_000;
const MANY_SERIES = 20_000n;
/** Where in the period, as parts of its length: not at midnight. */
const SAMPLE_AT = [0.1777, 0.5444, 0.8222];

/**
 * Points of one series in the period, estimated from three places in it; undefined: nothing is
 * known.
 */
export async function samplePoints(
  { hot, log }: Pick<Planning, "hot" | "log">,
  period: Period,
  unit: TimeUnit,
  groups: readonly SurveyedGroup[],
): Promise<number | undefined> {
  const filled = groups.filter((g) => g.series > 0n);
  const step = Math.max(1, Math.floor(filled.length / SAMPLE_GROUPS));
  const sampled = filled.filter((_, i) => i % step === 0).slice(0, SAMPLE_GROUPS);
  const lengthMs = period.toMs - period.fromMs;
  const listed = sampled.reduce((n, g) => n + g.series, 0n);
  const sampleMs = listed > MANY_SERIES ? SAMPLE_MANY_MS : SAMPLE_MS;
  let [series, points] = [0n, 0n];
  try {
    for (const part of SAMPLE_AT) {
      const fromMs = period.fromMs + Math.floor(lengthMs * part);
      const range = rangeOf(fromMs, fromMs + sampleMs, unit);
      for (const group of sampled) {
        points += (await hot.count(group.selector, range)).points;
        series += group.series;
      }
    }
  } catch (error) {
    if (!(error instanceof CellarmanError) || error.code === "interrupted") throw error;
    log.warn(`no estimate: ${error.message}`);
    return undefined;
  }
  if (series === 0n || points === 0n) return undefined;
  return (Number(points) / Number(series)) * (lengthMs / sampleMs);
}
