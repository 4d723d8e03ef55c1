// Where digests differ the gate reads hot once more, point by point. That second read must be as
// whole as the first, which a count proved: else a late point that it leaves out would be deleted.
import { expect, it } from "vitest";
import { Chance, withSeededIds } from "./chance.ts";
import { type Mutant, SOUND } from "./mutant.ts";
import { runProcess } from "./runner.ts";
import { Actor } from "./scheduler.ts";
import { CALM, DAY_MS, drawPlace, PLACES } from "./settings.ts";
import { World } from "./world.ts";

/** Gates of a purge read hot a second time as it was before the late point. */
function thinSecondRead(late: bigint): Mutant {
  return {
    ports(ports, _, life) {
      if (life.verb !== "purge") return ports;
      const reads = new Map<string, number>();
      const { hot } = ports;
      return {
        ...ports,
        hot: {
          ...hot,
          async *fetch(selector, range) {
            const key = `${selector} ${range.start} ${range.end}`;
            const read = (reads.get(key) ?? 0) + 1;
            reads.set(key, read);
            for await (const bytes of hot.fetch(selector, range)) {
              const lines = Buffer.from(bytes).toString("utf8").split("\n");
              const kept = lines.filter((line) => read % 2 === 1 || !line.includes(`=${late}/`));
              yield Buffer.from(kept.join("\n"));
            }
          },
        },
      };
    },
  };
}

it("a late point that only the second read leaves out is not deleted", async () => {
  const chance = new Chance(1);
  const drawn = drawPlace(chance, false);
  const purge = { ...drawn.flow.purge, mode: "automatic" as const };
  const batches = { ...drawn.flow.batches, sliceMs: null, maxSeries: 100 };
  const skewMs = { runner: 0, hot: 0, store: 0 };
  const limits = { ...drawn.limits, gatePoints: 1e9 };
  const world = new World(
    chance,
    { ...drawn, flow: { ...drawn.flow, purge, batches }, skewMs, limits, isAuthoritative: true },
    { ...CALM, isFenced: true },
  );
  const series = world.hot.add("cpu", { host: "h0" });
  const [first = 0n, second = 0n, third = 0n] = PLACES;
  series.points.set(third, 1n);
  series.points.set(first, 2n);
  const actor = new Actor("A", async (self) => {
    const run = (step: Parameters<typeof runProcess>[2], mutant = SOUND) =>
      runProcess(world, self, step, mutant);
    for (const step of ["plan", "archive", "verify"] as const) await run(step);
    world.pass(world.place.flow.purge.graceMs + DAY_MS, "the grace is over");
    series.points.set(second, 1n);
    await run("plan");
    await run("purge", thinSecondRead(second));
  });
  await withSeededIds(chance, () => world.scheduler.runAll([actor]));
  expect(world.story.join("\n")).toMatch(/purge: retry .*differs from one read to the next/);
  expect(world.promise.broken).toBeUndefined();
  expect(series.points.has(second)).toBe(true);
});
