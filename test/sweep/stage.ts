// The scene of the sweep: a small November whose way from hot to closed takes six batches and eight
// commands, and whose state can be put back to what it was before each of them.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Series } from "../../sim/warp10/store/series.ts";
import { BUCKET, World, worldFlow } from "../../sim/world.ts";
import { Tap } from "./tap.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOUR_US = 3_600_000_000n;
/** When November 2025 is due with keep-hot P3M. */
export const START_MS = Date.parse("2026-03-05T00:00:00Z");
const us = (date: string): bigint => BigInt(Date.parse(date)) * 1000n;
/** The period, platform units, both ends inclusive. */
export const NOVEMBER = { start: us("2025-11-01"), end: us("2025-12-01") - 1n };

/** One command of the way, and how far all clocks are moved before it. */
export interface Step {
  readonly verb: string;
  readonly afterMs: number;
}

/** The way of one period. A flow's first purge is one batch; the last one reconciles and closes. */
export const STEPS: readonly Step[] = [
  { verb: "plan", afterMs: 0 },
  { verb: "archive", afterMs: 60_000 },
  { verb: "verify", afterMs: 60_000 },
  { verb: "plan", afterMs: 2 * DAY_MS },
  { verb: "purge", afterMs: 60_000 },
  { verb: "plan", afterMs: 60_000 },
  { verb: "purge", afterMs: 60_000 },
  { verb: "purge", afterMs: 2 * HOUR_MS },
];

const FLOW = [
  "period: { first: 2025-11 }",
  "batches: { slice: P15D, by-label: site, max-series: 2 }",
  "purge: { mode: automatic, grace: PT0S, write-fence: { max-past: P45D, lag: PT1S } }",
].join("\n");

/** A world behind a tap. */
export interface Stage {
  readonly world: World;
  readonly tap: Tap;
  close(): Promise<void>;
}

/** Starts the servers, fills hot with six series of every type, and writes the flow. */
export async function openStage(): Promise<Stage> {
  const world = await World.start({ startMs: START_MS });
  const tap = await Tap.start({ warp10: world.warp10.url, cellar: world.cellar.url });
  const { warp10, cellar } = tap.urls;
  const flow = worldFlow({ warp10: { url: warp10 }, cellar: { url: cellar } }, FLOW);
  await writeFile(join(world.flows, "world.yaml"), flow);
  fill(world);
  return { world, tap, close: async () => void (await Promise.all([tap.close(), world.close()])) };
}

/** Points every seven hours from October to December, of every type; two series have no site. */
export function fill(world: World): void {
  const from = us("2025-10-28");
  const times = Array.from({ length: 130 }, (_, i) => from + BigInt(i) * 7n * HOUR_US);
  const at = <T>(make: (i: number) => T): T[] => times.map((_, i) => make(i));
  const load = (className: string, labels: Record<string, string>, columns: object): void =>
    world.load(className, labels, { timestamps: times, ...columns });
  load("cpu.load", { site: "gra" }, { longs: Float64Array.from(at((i) => (i * 37) % 101)) });
  load(
    "cpu.load",
    { site: "par" },
    { doubles: Float64Array.from(at((i) => (i % 3 ? i / 7 : -0))) },
  );
  load("disk.state", { site: "gra" }, { values: at((i) => `state ${i % 4}`) });
  load("disk.full", { host: "a" }, { values: at((i) => i % 5 === 0) });
  load("exact", { host: "a" }, { values: at((i) => (1n << 62n) + BigInt(i)) });
  load(
    "moved",
    { site: "par" },
    {
      doubles: Float64Array.from(at((i) => i * 1.5)),
      latitude: Float64Array.from(at((i) => (i % 2 ? 48.85 : Number.NaN))),
      longitude: Float64Array.from(at((i) => (i % 2 ? 2.35 : Number.NaN))),
    },
  );
}

/** What both servers held at one moment, and when that was. */
export interface Moment {
  readonly atMs: number;
  readonly series: ReadonlyMap<Series, Series["chunks"]>;
  readonly objects: ReadonlyMap<string, Buffer>;
}

/** Remembers the moment. A delete replaces chunks and changes none in place; nor do objects. */
export function momentOf(world: World): Moment {
  const series = new Map([...world.warp10.store.all()].map((one) => [one, one.chunks]));
  const objects = new Map<string, Buffer>();
  for (const [key, { bytes }] of world.cellar.objects(BUCKET)) objects.set(key, bytes);
  return { atMs: world.now(), series, objects };
}

/**
 * Puts the world back. Objects are only taken away: a moment must be an earlier one of the same
 * history. Throws where an object of the moment is gone.
 */
export function putBack(world: World, moment: Moment): void {
  for (const one of world.warp10.store.all()) {
    const chunks = moment.series.get(one);
    if (chunks === undefined) throw new Error(`${one.name(false)} was made meanwhile`);
    one.chunks = chunks;
  }
  for (const key of world.cellar.objects(BUCKET).keys()) {
    if (!moment.objects.has(key)) world.cellar.lose(BUCKET, key);
  }
  const left = world.cellar.objects(BUCKET).size;
  if (left !== moment.objects.size) throw new Error("objects of an earlier moment are gone");
  world.moveClock(moment.atMs - world.now());
}
