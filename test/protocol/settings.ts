// What a history is drawn with: the flow, the limits, how often what goes wrong.
import type { Flow } from "../../src/flow/flow.ts";
import { PURGE_LIMITS, type PurgeLimits } from "../../src/purge/limits.ts";
import type { Chance } from "./chance.ts";
import { type Version, versionOf } from "./flow-text.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The one period of every history, and when it becomes due. */
export const PERIOD = "2025-11-03";
const FROM_MS = Date.parse("2025-11-03T00:00:00Z");
export const START_MS = Date.parse("2025-11-05T00:00:00Z");
/** Timestamps are ms: the period, and the places in it where points lie. */
export const RANGE = { start: BigInt(FROM_MS), end: BigInt(FROM_MS + DAY_MS - 1) };
/** Two of them where a plan samples, so that batches have estimates and are cut. */
export const PLACES = [0, 0.19, 0.55, 0.84, 1].map(
  (part) => BigInt(FROM_MS) + BigInt(Math.floor(part * (DAY_MS - 1))),
);
/** Just outside of the period: no delete may reach these. */
export const OUTSIDE = [RANGE.start - 1n, RANGE.end + 1n];

/** How often things go wrong, per call. */
export interface Rates {
  readonly faults: number;
  readonly kills: number;
  readonly switches: number;
  /** A runner is stopped, and the others go on for long. */
  readonly naps: number;
  /** The world moves by itself: writers, queued deletes, people's clocks. */
  readonly moves: number;
  /** The same between a gate's first dry run and its delete. */
  readonly criticalMoves: number;
}

/** How far each clock is off, ms. */
export interface Skews {
  runner: number;
  hot: number;
  store: number;
}

/** What the histories of one beginning share. */
export interface Place {
  readonly version: Version;
  /** The flow that histories begin with. */
  readonly flow: Flow;
  /** The local flow counts: nobody asks what the default branch says of it. */
  readonly isAuthoritative: boolean;
  readonly limits: PurgeLimits;
  readonly series: number;
  readonly density: number;
  readonly ignoresConditions: boolean;
  readonly skewMs: Readonly<Skews>;
}

/** What each history draws for itself. */
export interface Conduct {
  readonly rates: Rates;
  /** Deletes are queued and applied later, as on a distributed Warp 10. */
  readonly queues: boolean;
  readonly isFenced: boolean;
  readonly runners: number;
  readonly processes: number;
}

/** Nothing goes wrong. */
export const CALM: Conduct = {
  rates: { faults: 0, kills: 0, switches: 0, naps: 0, moves: 0, criticalMoves: 0 },
  queues: false,
  isFenced: false,
  runners: 1,
  processes: 0,
};

const INGRESS = ["https://one.example.net", "https://two.example.net"] as const;

type Draw = <T>(name: string, ...items: [T, ...T[]]) => T;

const drawOf =
  (chance: Chance): Draw =>
  (name, ...items) =>
    chance.oneOf(`draw ${name}`, items);

/** Draws a place. `unfenced`: nobody keeps writers away, and the flow accepts that. */
export function drawPlace(chance: Chance, unfenced: boolean): Place {
  const draw = drawOf(chance);
  const skew = (name: string): number =>
    chance.fraction(`skew ${name}`) < 0.98
      ? 0
      : draw(`skewed ${name}`, MINUTE_MS, -MINUTE_MS, 2 * MINUTE_MS, 10 * MINUTE_MS);
  const version = drawVersion(draw, unfenced);
  const gatePoints = draw("gate points", 1e9, 1e9, 3, 6, 12, 30);
  const gcWaitMs = draw("gc wait", DAY_MS, 4 * HOUR_MS);
  return {
    version,
    flow: version.flow,
    isAuthoritative: draw("authoritative", true, true, false),
    limits: { ...PURGE_LIMITS, gatePoints, gcWaitMs, recountWaitMs: draw("recount", 0, MINUTE_MS) },
    series: draw("series", 1, 2, 2, 3, 4),
    density: draw("density", 0.3, 0.6, 0.9),
    ignoresConditions: draw("conditions", false, false, true),
    skewMs: { runner: skew("runner"), hot: skew("hot"), store: skew("store") },
  };
}

/** Draws how a history goes. `short`: it begins where the interesting part begins. */
export function drawConduct(chance: Chance, short: boolean): Conduct {
  const draw = drawOf(chance);
  return {
    rates: {
      faults: draw("faults", 0, 0.001, 0.003, 0.01),
      kills: draw("kills", 0, 0, 0.001, 0.004),
      switches: draw("switches", 0.002, 0.01, 0.04),
      naps: draw("naps", 0, 0.001, 0.003),
      moves: draw("moves", 0.002, 0.006, 0.02),
      criticalMoves: draw("critical", 0.01, 0.05, 0.15),
    },
    queues: draw("queues", false, true),
    isFenced: draw("fenced", true, false, false),
    runners: draw("runners", 1, 2, 2, 3),
    processes: short ? draw("processes", 2, 3, 5, 8) : draw("processes", 6, 9, 12),
  };
}

function drawVersion(draw: Draw, unfenced: boolean): Version {
  const ingress = draw("ingress", INGRESS.slice(0, 1), INGRESS.slice(0, 1), [...INGRESS]);
  return versionOf({
    select: ".*",
    unit: draw("unit", null, "ms"),
    slice: draw("slice", null, null, null, "PT12H"),
    byLabel: draw("label", null, "host"),
    maxSeries: draw("max series", 100, 100, 2, 1),
    mode: draw("mode", "automatic", "approve"),
    graceDays: draw("grace", 1, 3),
    probe: unfenced ? [] : ingress,
    period: PERIOD,
  });
}
