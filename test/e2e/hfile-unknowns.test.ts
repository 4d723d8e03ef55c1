// Every switch of the stand-in that stands for something undocumented: the whole way works with
// each, and with all of them drawn at random.
import { afterEach, describe, expect, it } from "vitest";
import type { HfilesOptions } from "../../sim/warp10/hfiles/options.ts";
import type { Warp10Options } from "../../sim/warp10/site.ts";
import { seededRandom } from "../../sim/faults.ts";
import { type HfileWorld, startHfileWorld } from "../support/hfile-world.ts";
import { expectRun, fill, GRACE_OVER } from "../support/stage.ts";

let stage: HfileWorld;
afterEach(async () => stage.close());

type Hfiles = Partial<HfilesOptions>;
type Server = Partial<Warp10Options>;

/** What may be one way or another. `spanEnd` is no such switch: the bounds are documented. */
const SWITCHES: readonly [string, Hfiles, Server?][] = [
  ["macro by series", { macroCalls: "series" }],
  ["small chunks", { chunkPoints: 3 }],
  ["symbols of the macro are restored", { macroSymbols: "restored" }],
  ["infos without points", { infoNames: { points: "" } }],
  ["infos of other names", { infoNames: { points: "n", series: "s", size: "b" } }],
  ["catalogue files replace the ending", { naming: "replace" }],
  ["no catalogue files", { catalogFiles: false }],
  ["a temporary name", { temporaryName: true }],
  ["partial files are removed", { partial: "removed" }],
  ["a dump does not count as fetched", { fetched: false }],
  ["opaque bytes", { encrypted: true }],
  ["the last of two files wins", { duplicates: "last" }],
  ["a rescan takes a while", { rescanMs: 30 }],
  ["stores are to be opened", { storesOpen: false }],
  ["no capabilities are demanded", { capabilities: false }],
  ["no stackps", {}, { stackps: false }],
  ["no shm", {}, { shm: false }],
];

async function expectTheWholeWay(hfiles: Hfiles, warp10: Server = {}): Promise<void> {
  stage = await startHfileWorld({ hfiles, warp10 });
  const { world } = stage;
  fill(world);
  for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
  world.moveClock(GRACE_OVER);
  await expectRun(world, 0, "plan");
  expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
  expect(world.hotPoints).toBe(0);
}

describe("an HFile flow goes the whole way", () => {
  it.each(SWITCHES)("with: %s", async (_, hfiles, warp10) => expectTheWholeWay(hfiles, warp10));

  it.each([1, 2, 3, 4, 5])("with switches drawn by seed %i", async (seed) => {
    const random = seededRandom(seed);
    const drawn = SWITCHES.filter(() => random() < 0.5);
    const hfiles = Object.assign({}, ...drawn.map(([, one]) => one)) as Hfiles;
    const warp10 = Object.assign({}, ...drawn.map(([, , one]) => one ?? {})) as Server;
    await expectTheWholeWay(hfiles, warp10);
  });

  it("where the store serves the dump folder itself, and files stay there", async () => {
    stage = await startHfileWorld({ store: () => "name: dumps" });
    const { world } = stage;
    fill(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    expect(stage.dumped().filter((name) => name.endsWith(".hfile"))).toHaveLength(1);
    world.moveClock(GRACE_OVER);
    await expectRun(world, 0, "plan");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("1 of 1 batches purged");
  });

  it("does not purge where bounds are other than documented, and points are missing", async () => {
    stage = await startHfileWorld({ hfiles: { spanEnd: "exclusive" } });
    const { world } = stage;
    const end = BigInt(Date.parse("2025-12-01T00:00:00Z")) * 1000n - 1n;
    world.load("cpu.load", { host: "a" }, { timestamps: [end], longs: Float64Array.of(1) });
    fill(world);
    const hot = world.hotPoints;
    for (const step of ["plan", "archive", "verify"]) await world.run(step);
    world.moveClock(GRACE_OVER);
    for (const step of ["plan", "purge"]) await world.run(step);
    expect(world.hotPoints).toBe(hot);
  });
});
