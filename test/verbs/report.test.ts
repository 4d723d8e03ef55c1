// report: Markdown on stdout and in a file, JSON for programs, over the life of a period.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { BUCKET, type World } from "../../sim/world.ts";
import { DAY, NOVEMBER_US } from "../support/november.ts";
import {
  expectCloses,
  expectRun,
  failure,
  hotPoints,
  keysOf,
  purgeable,
  staged,
  verified,
} from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

it("says what was done and what waits, on stdout and in the file", async () => {
  world = await verified();
  const file = join(world.folder, "report.md");
  const { stdout } = await expectRun(world, 0, "report", "--output", file);
  expect(await readFile(file, "utf8")).toBe(stdout);
  expect(stdout).toContain("**world**: waits");
  expect(stdout).toMatch(/\| archived \| 1 batch, 60 points, .* \| 1 batch, 60 points, /);
  expect(stdout).toContain("| purged | nothing | nothing |");
  expect(stdout).toContain("grace until 2026-03-19");
  expect(stdout).toContain("LevelDB does when it compacts");
});

it("fails when the file cannot be written", async () => {
  world = await staged();
  const file = join(world.folder, "no", "such", "folder.md");
  expect(await failure(world, "report", "--output", file)).toMatchObject({ exit: 1, code: "disk" });
});

it("names the series that got late points", async () => {
  world = await purgeable();
  world.load(
    "cpu.load",
    { host: "h1" },
    {
      timestamps: [NOVEMBER_US + 7n],
      longs: Float64Array.of(7),
    },
  );
  await expectRun(world, 0, "purge");
  const { document } = await world.json("report");
  expect(document).toMatchObject({
    flows: [
      {
        state: "waits",
        lateBatches: [{ period: "2025-11", times: 1, series: [expect.stringContaining("h1")] }],
      },
    ],
  });
  const { stdout } = await expectRun(world, 0, "report");
  expect(stdout).toContain("### Late points");
  expect(stdout).toContain("`cellarman archive world --period 2025-11`");
});

it("goes on where a finding cannot be read: its batch is late", async () => {
  world = await purgeable();
  const late = { timestamps: [NOVEMBER_US + 7n], longs: Float64Array.of(7) };
  world.load("cpu.load", { host: "h1" }, late);
  await expectRun(world, 0, "purge");
  const [key = ""] = keysOf(world, "findings/");
  const bytes = world.cellar.objects(BUCKET).get(key)?.bytes;
  bytes?.set([(bytes[0] ?? 0) ^ 1]);
  const { document } = await world.json("report");
  expect(document).toMatchObject({
    flows: [{ lateBatches: [{ times: 1, series: [`unknown: ${key} cannot be read`] }] }],
  });
  const { stdout } = await expectRun(world, 0, "status", "world", "2025-11");
  expect(stdout).toContain("late");
  const before = hotPoints(world);
  for (const step of ["plan", "purge"]) await expectRun(world, 0, step);
  expect(hotPoints(world)).toEqual(before);
  await expectCloses(world);
});

it("is done when the period is closed, and still counts it", async () => {
  world = await purgeable();
  await expectRun(world, 0, "purge");
  const { stdout } = await expectRun(world, 0, "report");
  expect(stdout).toMatch(/\| purged \| 1 batch, 60 points/);
  world.moveClock(DAY / 2);
  await expectRun(world, 0, "purge");
  const { document } = await world.json("report");
  expect(document).toMatchObject({
    flows: [
      {
        state: "done",
        attention: [],
        lastDay: { closed: ["2025-11"] },
        inAll: { purged: { batches: 1, points: "60" } },
      },
    ],
  });
});
