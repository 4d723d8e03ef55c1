// The whole way of an HFile flow on the real gateway: dumped, sealed, read back by HFFETCH, purged,
// reconciled, closed. Warp 10 and its extension: real where they are at hand.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNITS_PER_MS } from "../../src/warp10/range.ts";
import { awkwardLines, ordinaryLines } from "./support/awkward.ts";
import { hfileServerName, openHfileHot } from "./support/hfile-server.ts";
import { exportLines } from "./support/lines.ts";
import { DAY_MS, RealWorld } from "./support/real-world.ts";

describe(`a month goes as HFiles from ${hfileServerName()} to the real gateway`, () => {
  const served = mkdtempSync(join(tmpdir(), "hfiles-served-"));
  let world: RealWorld;
  let before: string[];
  beforeAll(async () => {
    let directory = "";
    world = await RealWorld.start({
      hot: async (now) => {
        const hot = await openHfileHot(now);
        ({ directory } = hot);
        return hot;
      },
    });
    world.env.set("HFILES_TOKEN", world.hot.tokens.read);
    const store = `{ name: archive, read-token: { env: HFILES_TOKEN }, directory: ${served} }`;
    await world.writeFlow([
      `export: { format: hfile, hand-over: directory, directory: ${directory}, store: ${store} }`,
    ]);
  });
  afterAll(async () => {
    await world?.close();
    rmSync(served, { recursive: true, force: true });
  });

  const expectRun = async (code: number, ...argv: string[]): Promise<string> => {
    const said = await world.run(...argv);
    expect({ argv, ...said }).toMatchObject({ argv, code });
    return said.stdout;
  };
  const hotLines = (range = world.range): Promise<string[]> =>
    exportLines(world.hot.url, world.hot.tokens.plain, world.prefix, range);

  it("is archived and verified, every awkward point of it", async () => {
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
    expect(await expectRun(0, "status", "world", world.period)).not.toContain("LOST");
  });

  it("finds a late point, and archives it before anything is deleted", async () => {
    const { range, prefix } = world;
    await world.update([`${range.start + 999n}// ${prefix}plain{} 424242`]);
    world.moveClock(16 * DAY_MS);
    await expectRun(0, "plan");
    expect(await expectRun(0, "purge")).toContain("late");
    expect(await hotLines()).toHaveLength(before.length + 1);
    for (const step of ["plan", "archive", "verify"]) await expectRun(0, step);
  });

  it("leaves the hot store only after grace, and closes", async () => {
    world.moveClock(16 * DAY_MS);
    for (const step of ["plan", "purge", "plan", "purge"]) await expectRun(0, step);
    expect(await hotLines()).toEqual([]);
    const { start, end } = world.range;
    expect(await hotLines({ start: start - 1n, end: end + 1n })).toHaveLength(2);
    world.moveClock(DAY_MS);
    expect(await expectRun(0, "purge")).toContain(`closed: ${world.period}`);
  });
});
