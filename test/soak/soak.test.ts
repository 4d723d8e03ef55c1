// The short form of the soak (`npm run soak` is the long one), and proof that it would see a loss.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET, World } from "../../sim/world.ts";
import { soak } from "./soak.ts";
import { Truth } from "./truth.ts";

describe("virtual months behind faults", () => {
  it("are archived, purged and closed, with nothing lost and nothing left open", async () => {
    const signal = new AbortController().signal;
    const tell = (): void => undefined;
    const found = await soak({ minutes: 5, months: 2, series: 40, seed: 5, signal, tell });
    expect(found).toMatchObject({ months: 2, lost: 0, notConverged: 0, stories: [] });
    expect(found.deleted).toBeGreaterThanOrEqual(2 * 40 * 4);
    expect(found.faults).toBeGreaterThan(0);
    expect(found.gauges.map((g) => g.orphanUploads)).toEqual([0, 0]);
  });
});

describe("its judge", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ startMs: Date.UTC(2026, 2, 5) });
  });
  afterAll(() => world.close());

  it("finds what is in neither hot nor archive, and what differs there", async () => {
    const from = BigInt(Date.UTC(2025, 10, 1)) * 1000n;
    const range = { start: from, end: from + 30n * 86_400_000_000n - 1n };
    const truth = new Truth(world, "2025-11", range);
    truth.write("h0", [from, from + 1n], [1, 2]);
    expect(truth.inHot()).toBe(2);
    for (const step of ["plan", "archive"]) expect((await world.run(step)).code).toBe(0);
    const [series] = world.warp10.store.all();
    series?.remove(from, range.end);
    expect(await truth.lost()).toEqual([]);
    truth.write("h0", [from], [3]);
    series?.remove(from, range.end);
    expect(await truth.lost()).toEqual([expect.stringContaining(String(from))]);
    for (const key of world.cellar.objects(BUCKET).keys()) {
      if (key.includes("points-")) world.cellar.lose(BUCKET, key);
    }
    expect(await truth.lost()).toHaveLength(2);
  });
});
