// A small November 2025 in a world, the steps to its purge, and what is left after something went
// wrong.
import { expect } from "vitest";
import type { Value } from "../../sim/warp10/values.ts";
import { Decimal } from "../../sim/warp10/values.ts";
import { BUCKET, type Said, World, type WorldOptions } from "../../sim/world.ts";
import { pointAt } from "../../src/archive/points.ts";
import type { Cold } from "../../src/cellar/cold.ts";
import { readRecord } from "../../src/cellar/records.ts";
import { sealRecord } from "../../src/ledger/records.ts";
import { readSeal, sealPoints } from "../../src/verify/read-seal.ts";
import { identityOf } from "../../src/warp10/series.ts";
import { DAY, MINUTE_US, NOVEMBER_US, START } from "./november.ts";

/** More than the grace, so that a verified batch may be purged. */
export const GRACE_OVER = 16 * DAY;
/** An owner that the world's tokens do not cover. */
export const STRANGER = "0a9c4d6e-0000-4000-8000-00000000ffff";

/** Loads `series` series of a class into November, `points` points each, a minute apart. */
export function fill(world: World, series = 3, points = 20, className = "cpu.load"): void {
  for (let s = 0; s < series; s++) {
    world.load(className, { host: `h${s}` }, minutes(points, s));
  }
}

/** Points a minute apart from the beginning of November on. */
export function minutes(points: number, seed = 0, from = 0) {
  return {
    base: NOVEMBER_US + BigInt(from) * MINUTE_US,
    offsets: Float64Array.from({ length: points }, (_, i) => i * Number(MINUTE_US)),
    longs: Float64Array.from({ length: points }, (_, i) => (i * (seed + 3)) % 101),
  };
}

/** A world in March 2026 with a small November. */
export async function staged(options: WorldOptions = {}): Promise<World> {
  const world = await World.start({ startMs: START, ...options });
  fill(world);
  return world;
}

/** Runs a command and expects its exit code. */
export async function expectRun(world: World, code: number, ...argv: string[]): Promise<Said> {
  const said = await world.run(...argv);
  expect({ argv, ...said }).toMatchObject({ argv, code });
  return said;
}

/** A flow that is planned, archived and verified. */
export async function verified(options: WorldOptions = {}): Promise<World> {
  const world = await staged(options);
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  return world;
}

/** The same when its grace is over and it stands on the purge list. */
export async function purgeable(options: WorldOptions = {}): Promise<World> {
  const world = await verified(options);
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
  return world;
}

/** Keys in the bucket under a prefix, in order. */
export const keysOf = (world: World, prefix = ""): string[] =>
  [...world.cellar.objects(BUCKET).keys()].filter((key) => key.startsWith(prefix));

/** A record in the bucket. */
export function recordOf(world: World, key: string): Record<string, unknown> {
  return JSON.parse(world.cellar.objects(BUCKET).get(key)?.bytes.toString("utf8") ?? "null");
}

/** Runs a command that fails with `--json`, and gives its exit code and error. */
export async function failure(
  world: World,
  ...argv: string[]
): Promise<{ exit: number; code: string; message: string; hint: string }> {
  const { code, stderr } = await world.run(...argv, "--json");
  const line = stderr.split("\n").find((l) => l.includes("cellarman/error/1"));
  const { error } = JSON.parse(line ?? '{"error":{}}');
  return { exit: code, ...error };
}

/** Lines of the gate of the only batch that was judged, by check; and what it said. */
export async function purgeSays(
  world: World,
): Promise<{ exit: number; outcome: string; note: string; failed: string | undefined }> {
  const { code, document } = await world.json("purge");
  const { flows } = document as {
    flows: {
      batches: { outcome: string; note: string; gate: { ok: boolean; check: string }[] }[];
    }[];
  };
  const [batch] = flows[0]?.batches ?? [];
  const { outcome = "none", note = "" } = batch ?? {};
  return { exit: code, outcome, note, failed: batch?.gate.find((l) => !l.ok)?.check };
}

/** Everything that hot holds, as `identity time value`. */
export function hotPoints(world: World): Set<string> {
  const all = new Set<string>();
  for (const series of world.warp10.store.all()) {
    const { className } = series;
    const identity = identityOf({ className, labels: Object.fromEntries(series.labels) });
    for (const chunk of series.chunks) {
      for (let row = 0; row < chunk.count; row++) {
        const { ts, value } = chunk.point(row);
        all.add(`${identity} ${ts} ${valueText(value)}`);
      }
    }
  }
  return all;
}

function valueText(value: Value): string {
  const plain = value instanceof Decimal ? value.toNumber() : value;
  if (plain instanceof Uint8Array) return `bytes ${Buffer.from(plain).toString("hex")}`;
  return `${typeof plain} ${Object.is(plain, -0) ? "-0" : String(plain)}`;
}

/** The bucket's bytes past every fault: what a restore would find. */
export function bucketOf(world: World): Cold {
  return {
    put: () => Promise.reject(new Error("read only")),
    get: async (key) => world.cellar.objects(BUCKET).get(key),
    async *list(prefix) {
      for (const [key, { bytes, lastModifiedMs }] of world.cellar.objects(BUCKET)) {
        if (key.startsWith(prefix)) yield { key, bytes: bytes.length, lastModifiedMs };
      }
    },
    nowMs: async () => world.now(),
  };
}

/**
 * Every point that a sealed attempt holds, read from the bucket's bytes; what cannot be read holds
 * nothing.
 */
export async function archivedPoints(world: World): Promise<Set<string>> {
  const cold = bucketOf(world);
  const all = new Set<string>();
  for (const key of keysOf(world, "seals/")) {
    try {
      const seal = await readRecord(cold, key, sealRecord);
      if (!seal) continue;
      const { manifest } = await readSeal(cold, seal);
      const stream = sealPoints(cold, manifest);
      for await (const batch of stream) {
        for (let row = 0; row < batch.rows; row++) {
          const point = pointAt(batch, row);
          const { identity } = stream.series[batch.series[row] ?? 0] ?? { identity: "?" };
          all.add(`${identity} ${point.timestamp} ${valueText(point.value)}`);
        }
      }
    } catch {
      // A seal that cannot be read restores nothing.
    }
  }
  return all;
}

/** The one unforgivable thing: a point that is neither in hot nor in the archive. */
export async function expectNothingLost(world: World, before: ReadonlySet<string>): Promise<void> {
  const hot = hotPoints(world);
  const gone = [...before].filter((point) => !hot.has(point));
  if (gone.length === 0) return;
  const cold = await archivedPoints(world);
  expect(gone.filter((point) => !cold.has(point))).toEqual([]);
}

/** Points of November that hot still holds. */
function novemberLeft(world: World): string[] {
  const end = NOVEMBER_US + 30n * 86_400_000_000n;
  return [...hotPoints(world)].filter((point) => {
    const at = BigInt(point.split(" ").at(-3) ?? 0);
    return at >= NOVEMBER_US && at < end;
  });
}

/** One daily run, the grace, and the run after it. */
async function twoRuns(world: World): Promise<void> {
  for (const step of ["plan", "archive", "verify"]) await world.run(step);
  world.moveClock(GRACE_OVER);
  for (const step of ["plan", "purge"]) await world.run(step);
}

/** Repeats all steps, as daily runs would, until November has left hot, every point archived. */
export async function expectConverges(
  world: World,
  before: ReadonlySet<string> = hotPoints(world),
): Promise<void> {
  for (let i = 0; i < 12 && novemberLeft(world).length > 0; i++) await twoRuns(world);
  expect(novemberLeft(world)).toHaveLength(0);
  await expectNothingLost(world, before);
}

/** The same until November is settled, reconciled and closed. */
export async function expectCloses(
  world: World,
  before: ReadonlySet<string> = hotPoints(world),
): Promise<void> {
  await expectConverges(world, before);
  const isOpen = (): boolean => keysOf(world, "closed/world/2025-11").length === 0;
  for (let i = 0; i < 4 && isOpen(); i++) {
    world.moveClock(DAY);
    await world.run("purge");
    if (isOpen()) await twoRuns(world);
  }
  expect(keysOf(world, "closed/world/2025-11")).toHaveLength(1);
  await expectNothingLost(world, before);
}
