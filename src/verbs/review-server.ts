// What the server tells a review: how many series the change selects more or fewer, how many points
// they have, and which of them another flow has as well.
import type { Flow } from "../flow/flow.ts";
import { cutGroups } from "../plan/groups.ts";
import { countBatches } from "../plan/make-plan.ts";
import { duePeriods, type Period, periodOf } from "../plan/period.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { SelectionFacts } from "../review/facts.ts";
import type { Hot } from "../warp10/hot.ts";
import { encodeSelector } from "../warp10/selector.ts";
import { identityHash, identityOf } from "../warp10/series.ts";
import { findShared, HashSpool, inSpoolFolder } from "../warp10/spool.ts";
import type { SurveyedGroup } from "../plan/make-plan.ts";
import { samplePoints } from "./plan-period.ts";
import type { Invocation } from "./verb.ts";

/** Series that a review lists of one selection: more takes minutes, and a plan will list them. */
const LISTED_MAX = 5_000_000;

interface Listed {
  readonly spool: HashSpool;
  readonly series: bigint;
  readonly groups: readonly SurveyedGroup[];
}

/**
 * Lists both selections. `before` is left out where it was on another server. Throws what the
 * server's reads throw, and "limit" over LISTED_MAX.
 */
export async function selectionFacts(
  inv: Invocation,
  hot: Hot,
  before: Flow | undefined,
  after: Flow | undefined,
): Promise<SelectionFacts> {
  return inSpoolFolder(async (folder) => {
    const old = before && (await listFlow(hot, before, new HashSpool(folder, "before")));
    const now = after && (await listFlow(hot, after, new HashSpool(folder, "after")));
    const shared = old && now ? await findShared(old.spool, now.spool) : 0n;
    const flow = after ?? before;
    const period = flow && samplePeriod(flow, inv.io.clock.now());
    const groups = (now ?? old)?.groups ?? [];
    const perSeries =
      period && (await samplePoints({ hot, log: inv.log }, period, await unitOf(hot), groups));
    const lengthMs = period ? period.toMs - period.fromMs : 1;
    const batches = async (side: Flow | undefined, listed: Listed | undefined) =>
      side && listed && period
        ? countBatches({
            flow: side,
            period,
            unit: await unitOf(hot),
            groups: listed.groups,
            pointsPerSeries: perSeries,
          })
        : null;
    return {
      before: old?.series ?? null,
      after: now?.series ?? null,
      added: (now?.series ?? 0n) - shared,
      dropped: (old?.series ?? 0n) - shared,
      pointsPerMs: perSeries === undefined ? null : perSeries / lengthMs,
      batches: { before: await batches(before, old), after: await batches(after, now) },
    };
  });
}

const unitOf = async (hot: Hot) => (await hot.facts()).timeUnit;

/** The newest period that is due; else the flow's first. */
function samplePeriod(flow: Flow, nowMs: number): Period {
  const { every, first, keepHot } = flow.period;
  return duePeriods(every, first, keepHot, nowMs).at(-1) ?? periodOf(every, first);
}

async function listFlow(hot: Hot, flow: Flow, spool: HashSpool): Promise<Listed> {
  const groups: SurveyedGroup[] = [];
  const { byLabel, maxSeries } = flow.batches;
  let series = 0;
  for (const root of flow.source.select) {
    const values = new Map<string, number>();
    let absent = 0;
    for await (const one of hot.find(encodeSelector(root))) {
      await spool.add(identityHash(identityOf(one)));
      const value = byLabel === null ? one.className : one.labels[byLabel];
      if (value === undefined) absent++;
      else values.set(value, (values.get(value) ?? 0) + 1);
      if (++series > LISTED_MAX) throw tooMany(flow);
    }
    const cut = cutGroups(root, byLabel, { values, absent }, maxSeries);
    groups.push(
      ...cut.map((g) => ({ selector: encodeSelector(g.selector), series: BigInt(g.series) })),
    );
  }
  return { spool, series: BigInt(series), groups };
}

const tooMany = ({ name }: Flow): CellarmanError =>
  new CellarmanError("limit", `${name} selects more than ${LISTED_MAX} series`);
