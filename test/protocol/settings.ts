// What a history is drawn with: the flow, the limits, how often what goes wrong.
import type { Flow } from "../../src/flow/flow.ts";
import { PURGE_LIMITS, type PurgeLimits } from "../../src/purge/limits.ts";
import type { Chance } from "./chance.ts";

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
  /** The world moves by itself: writers, queued deletes, people's clocks. */
  readonly moves: number;
  /** The same between a gate's first dry run and its delete. */
  readonly criticalMoves: number;
}

/** What the histories of one beginning share. */
export interface Place {
  readonly flow: Flow;
  readonly limits: PurgeLimits;
  readonly series: number;
  readonly density: number;
  readonly ignoresConditions: boolean;
  /** How far each clock is off, ms. */
  readonly skewMs: { readonly runner: number; readonly hot: number; readonly store: number };
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
  rates: { faults: 0, kills: 0, switches: 0, moves: 0, criticalMoves: 0 },
  queues: false,
  isFenced: false,
  runners: 1,
  processes: 0,
};

const FLOW_BASE = {
  version: 1,
  name: "model",
  description: "",
  export: { format: "parquet" },
  archive: {
    s3: "https://store.example.net",
    bucket: "metrics-cold",
    prefix: "",
    accessKeyId: { env: "KEY_ID" },
    secretAccessKey: { env: "KEY_SECRET" },
  },
  run: {
    shards: 1,
    parallel: 1,
    order: "sequential",
    runners: null,
    environment: "model",
    retry: {
      type: "constant",
      intervalMs: 1_000,
      maxIntervalMs: 1_000,
      maxAttempts: 2,
      maxDurationMs: HOUR_MS,
    },
    timeoutMs: 12 * HOUR_MS,
  },
} as const;

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
  const gatePoints = draw("gate points", 1e9, 1e9, 3, 6, 12, 30);
  const gcWaitMs = draw("gc wait", DAY_MS, 4 * HOUR_MS);
  return {
    flow: drawFlow(draw, unfenced),
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
      moves: draw("moves", 0.002, 0.006, 0.02),
      criticalMoves: draw("critical", 0.01, 0.05, 0.15),
    },
    queues: draw("queues", false, true),
    isFenced: draw("fenced", true, false, false),
    runners: draw("runners", 1, 2, 2, 3),
    processes: short ? draw("processes", 2, 3, 5, 8) : draw("processes", 6, 9, 12),
  };
}

function drawFlow(draw: Draw, unfenced: boolean): Flow {
  const lagMs = 10 * MINUTE_MS;
  const ingress = draw("ingress", INGRESS.slice(0, 1), INGRESS.slice(0, 1), [...INGRESS]);
  return {
    ...FLOW_BASE,
    source: {
      warp10: "https://warp10.example.net",
      readToken: { env: "READ" },
      deleteToken: { env: "DELETE" },
      probeToken: { env: "PROBE" },
      timeUnit: draw("unit", null, "ms"),
      select: [{ class: { regex: ".*" }, labels: {} }],
    },
    period: { every: "day", keepHot: { months: 0, days: 1, ms: 0 }, first: PERIOD },
    batches: {
      sliceMs: draw("slice", null, null, null, DAY_MS / 2),
      byLabel: draw("label", null, "host"),
      maxSeries: draw("max series", 100, 100, 2, 1),
      maxMs: 6 * 3_600_000,
    },
    purge: {
      mode: draw("mode", "automatic", "approve"),
      approveBy: "command",
      runners: null,
      graceMs: draw("grace", DAY_MS, 3 * DAY_MS),
      writeFence: unfenced
        ? { kind: "accept-risk", reason: "measured" }
        : { kind: "probe", maxPastMs: DAY_MS / 2, lagMs, probe: ingress },
      budget: { series: null, points: null, batches: null },
    },
    alerts: {
      issue: { labels: [], assignees: [], mentions: [] },
      slack: null,
      webhook: null,
      overdueAfterMs: 5 * DAY_MS,
    },
  };
}
