// The hot store as a runner reads it: cut, thin and failing reads, listings that leave series out.
// What it keeps to: of two paths that count the same points, not both lie at once.
import type { Value } from "../../src/archive/points.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import type { DryRunner } from "../../src/purge/check.ts";
import type { Counted, Hot, TokenFacts } from "../../src/warp10/hot.ts";
import type { Range } from "../../src/warp10/range.ts";
import type { ListedSeries } from "../../src/warp10/series.ts";
import { formatSeries } from "../../src/warp10/text/write.ts";
import { type ModelSeries, pointName, pointsIn } from "./model-series.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

const failure = (what: string): CellarmanError =>
  new CellarmanError("server", `the server failed: ${what}`, { retryable: true });

const unused =
  (what: string): (() => never) =>
  () => {
    throw new Error(`${what} is not part of the model`);
  };

/** Opens the hot store for one runner. */
export function hotPort(world: World, life: Life): Hot {
  return {
    facts: async () => {
      const call = "facts";
      const step = await world.scheduler.step(life, call);
      const fault = world.fault(life, step, call, ["fails"]);
      if (fault) throw world.failed(life, call, failure(call));
      life.watch.succeeded(call);
      return { timeUnit: world.unit, dateMs: world.nowMs + world.skewMs.hot };
    },
    find: (selector) => listing(world, life, `find ${selector}`, selector, "readable"),
    fetch: (selector, range) => fetch(world, life, selector, range),
    count: (selector, range) => count(world, life, selector, range),
    version: unused("the version"),
    tokenFacts: async () => {
      const call = "token facts";
      const step = await world.scheduler.step(life, call);
      const fault = world.fault(life, step, call, ["fails"]);
      if (fault) throw world.failed(life, call, failure(call));
      life.watch.succeeded(call);
      return TOKEN;
    },
  };
}

/** A read token without limits of its own. */
const TOKEN: TokenFacts = {
  type: "READ",
  expiryMs: undefined,
  applications: ["m"],
  owners: [],
  producers: [],
  attributes: {},
};

/** What the delete token lists. */
export function dryRunPort(world: World, life: Life): DryRunner {
  return {
    dryRun: (selector) => listing(world, life, `dry run ${selector}`, selector, "deletable"),
  };
}

async function* listing(
  world: World,
  life: Life,
  call: string,
  selector: string,
  view: "readable" | "deletable",
): AsyncGenerator<ListedSeries> {
  const step = await world.scheduler.step(life, call);
  if (view === "deletable") life.watch.dryRun();
  const fault = world.fault(life, step, call, LISTING_FAULTS);
  if (fault === "fails") throw world.failed(life, call, failure(call));
  const series = fault === "is empty" ? [] : world.hot.matching(selector, view);
  for (const [i, one] of series.entries()) {
    if (fault === "is short" && world.chance.fraction(`${step} skips ${i}`) < 0.5) continue;
    // As it was before the newest series registered.
    if (fault === "is stale" && one === world.hot.series.at(-1)) continue;
    yield { className: one.className, labels: one.labels, attributes: one.attributes };
  }
  life.watch.succeeded(call);
}

const LISTING_FAULTS = ["fails", "is short", "is short", "is empty", "is stale"] as const;

/** A fetch by its parameters. */
export const fetchCall = (selector: string, { start, end }: Range): string =>
  `fetch ${selector} ${start} ${end}`;

async function* fetch(
  world: World,
  life: Life,
  selector: string,
  range: Range,
): AsyncGenerator<Uint8Array> {
  const call = fetchCall(selector, range);
  const step = await world.scheduler.step(life, call);
  const fault = world.fault(life, step, call, FETCH_FAULTS);
  if (fault === "fails") throw world.failed(life, call, failure(call));
  const seen = new Map<string, Value>();
  const series = fault === "is empty" ? [] : world.hot.matching(selector, "readable");
  const cutAt = world.chance.below(`${step} cut`, Math.max(1, series.length));
  for (const [i, one] of series.entries()) {
    // Series are read one after the other: what one is like while another is read may change.
    if (i > 0) await world.scheduler.step(life, "fetch goes on");
    if (i === cutAt && fault === "is cut") throw world.failed(life, call, failure(call));
    const points = thinned(world, step, fault, one, range);
    for (const [timestamp, value] of points) seen.set(pointName(one.identity, timestamp), value);
    if (points.length === 0) continue;
    const typed = points.map(([timestamp, value]) => ({ timestamp, value }));
    yield Buffer.from(formatSeries(one.className, one.labels, typed));
    if (i === cutAt && fault === "tells an error") {
      world.failed(life, call, failure(call));
      yield Buffer.from("\n# ERROR: java.io.IOException%3A+a+damaged+table\n");
      return;
    }
  }
  life.watch.isThin = fault === "is thin" || fault === "is empty" || fault === "ends early";
  // A gate may read twice, the second time for some series alone: it saw what either read saw.
  life.watch.reads(call, seen, world.effects);
  life.watch.succeeded(call);
}

const FETCH_FAULTS = [
  "fails",
  "is cut",
  "tells an error",
  "is thin",
  "is thin",
  "is thin",
  "ends early",
  "is empty",
] as const;

function thinned(
  world: World,
  step: string,
  fault: (typeof FETCH_FAULTS)[number] | undefined,
  series: ModelSeries,
  range: Range,
): [bigint, Value][] {
  const points = pointsIn(series, range);
  const keeps = (i: number): boolean =>
    world.chance.fraction(`${step} drops ${series.identity} ${i}`) < 0.6;
  if (fault === "is thin") return points.filter((_, i) => keeps(i));
  if (fault === "ends early" && !keeps(-1)) return [];
  return points;
}

async function count(world: World, life: Life, selector: string, range: Range): Promise<Counted> {
  const call = `count ${selector} ${range.start} ${range.end}`;
  const step = await world.scheduler.step(life, call);
  const mayLie = !life.watch.isThin;
  const fault = world.fault(life, step, call, mayLie ? ["fails", "is low"] : ["fails"]);
  if (fault === "fails") throw world.failed(life, call, failure(call));
  let [series, points] = [0n, 0n];
  for (const one of world.hot.matching(selector, "readable")) {
    const held = pointsIn(one, range).length;
    if (held > 0) series++;
    points += BigInt(held);
  }
  if (fault === "is low" && points > 0n) points--;
  life.watch.succeeded(call);
  return { series, points };
}
