// The first purge ever of a flow is one batch, unless a person says otherwise, by hand.
import { afterEach, describe, it, expect } from "vitest";
import type { World } from "../../sim/world.ts";
import { DAY } from "../support/november.ts";
import { expectConverges, expectRun, hotPoints, staged } from "../support/stage.ts";

let world: World;
afterEach(async () => world.close());

describe("--first-purge", () => {
  it("lets a person say how many batches a flow's first purge may be", async () => {
    world = await staged({
      flow: [
        "period: { first: 2025-11 }",
        "batches: { max-series: 1, by-label: host }",
        "purge: { mode: automatic, write-fence: { max-past: P45D } }",
      ].join("\n"),
    });
    const before = hotPoints(world);
    for (const step of ["plan", "archive", "verify"]) await expectRun(world, 0, step);
    world.moveClock(16 * DAY);
    await expectRun(world, 2, "plan", "--first-purge", "none");
    await expectRun(world, 0, "plan", "--first-purge", "2");
    expect((await expectRun(world, 0, "purge")).stdout).toContain("40 points deleted");
    expect(world.hotPoints).toBe(20);
    await expectConverges(world, before);
  });
});
