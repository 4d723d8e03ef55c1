// The whole way on the real gateway: flow → plan → archive → verify → grace → purge → reconcile
// → closed; and proof by re-export that what left the hot store is in the archive.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { awkwardLines, ordinaryLines } from "./support/awkward.ts";
import { exportLines } from "./support/lines.ts";
import { HOT_NAME, hotKind } from "./support/hot.ts";
import { DAY_MS, RealWorld } from "./support/real-world.ts";

describe(`a month goes from ${HOT_NAME[hotKind()]} to the real gateway`, () => {
  let world: RealWorld;
  let before: string[];
  beforeAll(async () => {
    world = await RealWorld.start();
  });
  afterAll(async () => world?.close());

  const expectRun = async (code: number, ...argv: string[]): Promise<string> => {
    const said = await world.run(...argv);
    expect({ argv, code: said.code, stderr: said.stderr }).toMatchObject({ argv, code });
    return said.stdout;
  };
  const hotLines = (range = world.range): Promise<string[]> =>
    exportLines(world.hot.url, world.hot.tokens.plain, world.prefix, range);

  it("is archived and verified", async () => {
    const minute = UNITS_PER_MS[world.hot.unit] * 60_000n;
    const { range, prefix } = world;
    await world.update([
      ...awkwardLines(prefix, range),
      ...ordinaryLines(prefix, range, minute),
      `${range.start - 1n}// ${prefix}plain{} 1`,
      `${range.end + 1n}// ${prefix}plain{} 2`,
    ]);
    before = await hotLines();
    expect(before.length).toBeGreaterThan(1_900);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
  });

  it("leaves the hot store only after grace, and closes", async () => {
    await expectRun(0, "plan");
    await expectRun(0, "purge");
    expect(await hotLines()).toEqual(before);
    world.moveClock(16 * DAY_MS);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("batches purged");
    expect(await hotLines()).toEqual([]);
    const { start, end } = world.range;
    expect(await hotLines({ start: start - 1n, end: end + 1n })).toHaveLength(2);
    world.moveClock(DAY_MS);
    expect(await expectRun(0, "purge")).toContain(`closed: ${world.period}`);
  });
});
