// What scenarios share: a life before the run that they look at, and words for what they expect.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { World } from "../../../sim/world.ts";
import { DAY, fillNovember, MINUTE_US, NOVEMBER_US } from "../../support/november.ts";
import type { Conclusion } from "../runner/records.ts";
import type { Run } from "../runner/run.ts";
import type { Play } from "../world.ts";

/** Runs offload.yml by its timer. */
export const offload = (play: Play): Promise<Run> => play.stage.schedule("offload.yml").begin();

/** November is archived and proven, its grace is over, and its first purge may begin. */
export async function cooled(
  play: Play,
  fill: (world: World) => number = (world) => fillNovember(world, 1),
): Promise<number> {
  const points = fill(play.world);
  expect(await offload(play)).toMatchObject({ conclusion: "success" });
  play.world.moveClock(16 * DAY);
  return points;
}

/** Conclusions of the jobs whose names begin so, in the order of their names. */
export const ofJob = (run: Run, name: string, attempt?: number): (Conclusion | undefined)[] =>
  Object.entries(run.conclusions(attempt))
    .filter(([job]) => job === name || job.startsWith(`${name} (`))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, conclusion]) => conclusion);

/** Waits until something is so; throws after 100 s. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const latestMs = Date.now() + 100_000;
  while (!isSo()) {
    if (Date.now() > latestMs) throw new Error(`waited for: ${what}`);
    await sleep(20);
  }
}

/** Whether a request is a delete that deletes. */
export const isDelete = ({
  params,
}: {
  params: { get(name: string): string | undefined | null };
}) => params.get("dryrun") === undefined || params.get("dryrun") === null;

/** Three days of December, of one series of each class of November's. */
export function fillDecember(world: World): void {
  const base = NOVEMBER_US + 30n * 86_400_000_000n;
  const offsets = Float64Array.from({ length: 3 * 24 * 60 }, (_, i) => i * Number(MINUTE_US));
  const longs = Float64Array.from(offsets, (_, i) => i % 89);
  world.load("cpu.load", { host: "h0" }, { base, offsets, longs });
  world.load("disk.used", { host: "h0" }, { base, offsets, doubles: longs.map((n) => n / 4) });
}

/** One series with a point an hour all November; returns how many points. */
export function fillHours(world: World): number {
  const points = 30 * 24;
  const offsets = Float64Array.from({ length: points }, (_, i) => i * 60 * Number(MINUTE_US));
  world.load(
    "cpu.load",
    { host: "h0" },
    { base: NOVEMBER_US, offsets, longs: offsets.map((_, i) => i) },
  );
  return points;
}
