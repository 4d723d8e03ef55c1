// The whole way on the stand-ins: flow → plan → archive → verify → purge → reconcile → closed.
import { afterEach, describe, expect, it } from "vitest";
import { World } from "../../sim/world.ts";
import { DAY, MINUTE_US, NOVEMBER_US, fillNovember, START } from "../support/november.ts";

let world: World;
afterEach(async () => world.close());

/** Runs a command and expects its exit code. */
async function expectRun(code: number, ...argv: string[]): Promise<string> {
  const said = await world.run(...argv);
  expect({ argv, code: said.code, stderr: said.stderr }).toMatchObject({ argv, code });
  return said.stdout;
}

describe("a month goes from hot to cold", () => {
  it("is purged only after grace, and closes", async () => {
    world = await World.start({ startMs: START });
    const november = fillNovember(world);
    const december = 3_000;
    world.load("cpu.load", { host: "later" }, monthLater(december));
    await expectRun(0, "plan");
    await expectRun(0, "archive");
    await expectRun(0, "verify");
    await expectRun(0, "plan");
    await expectRun(0, "purge");
    expect(world.hotPoints).toBe(november + december);
    world.moveClock(16 * DAY);
    await expectRun(0, "plan");
    const purged = await expectRun(0, "purge");
    expect(purged).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(december);
    world.moveClock(DAY);
    const closed = await expectRun(0, "purge");
    expect(closed).toContain("closed: 2025-11");
    expect(await expectRun(0, "plan")).toContain("nothing is due");
  });

  it("sends a late point back to archive and deletes nothing of its batch", async () => {
    world = await World.start({ startMs: START });
    const november = fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY);
    const name = { host: "h1" };
    world.load("cpu.load", name, {
      timestamps: [NOVEMBER_US + 7n],
      longs: Float64Array.of(424_242),
    });
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("late");
    expect(world.hotPoints).toBe(november + 1);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });

  it("sees a value rewritten in place, though counts stay the same", async () => {
    world = await World.start({ startMs: START });
    const november = fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY);
    world.load(
      "cpu.load",
      { host: "h1" },
      {
        timestamps: [NOVEMBER_US + 3n * MINUTE_US],
        longs: Float64Array.of(-1),
      },
    );
    expect(world.hotPoints).toBe(november);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("late");
    expect(world.hotPoints).toBe(november);
  });

  it("holds when hot lost points that no purge deleted, and passes after a lift", async () => {
    world = await World.start({ startMs: START });
    fillNovember(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
    world.moveClock(16 * DAY);
    const url = `${world.warp10.url}/api/v0/delete`;
    const query = `?selector=%3Dcpu.load%7Bhost%3Dh1%7D&start=${NOVEMBER_US}&end=${NOVEMBER_US + 10n * MINUTE_US}`;
    const answer = await fetch(url + query, { headers: { "X-Warp10-Token": "WORLD_DELETE" } });
    expect(answer.status).toBe(200);
    const left = world.hotPoints;
    await expectRun(0, "plan");
    expect(await expectRun(4, "purge")).toContain("quarantine");
    expect(world.hotPoints).toBe(left);
    const holds = [...world.cellar.objects("metrics-cold").keys()].filter((k) =>
      k.startsWith("holds/"),
    );
    expect(holds).toHaveLength(1);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("wait");
    await expectRun(0, "lift", "world", holds[0] ?? "", "--reason", "we deleted these by hand");
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("1 of 1 batches purged");
    expect(world.hotPoints).toBe(0);
  });
});

function monthLater(points: number) {
  return {
    base: NOVEMBER_US + 40n * 86_400_000_000n,
    offsets: Float64Array.from({ length: points }, (_, i) => i * 60_000_000),
    longs: Float64Array.from({ length: points }, (_, i) => i),
  };
}
