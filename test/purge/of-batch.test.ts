// What of a view concerns one batch: seals of retired plans and supplements hold series of other
// batches too, and what hot lacks of those is no finding of this one.
import { describe, expect, test } from "vitest";
import type { SeriesTotals } from "../../src/archive/points.ts";
import type { SeriesRow } from "../../src/archive/parquet/series-list.ts";
import type { Manifest } from "../../src/ledger/records.ts";
import { contentsOfBatch } from "../../src/purge/of-batch.ts";
import { judgeTotals } from "../../src/verify/diff.ts";
import type { SealContents } from "../../src/verify/read-seal.ts";
import { BATCH, sealOf } from "../ledger/seals.ts";
import { idOf, series } from "./series.ts";

const RETIRED = "bbbbbbbb-00000";
const totals = (name: string): SeriesTotals => ({
  identity: idOf(name),
  points: 10,
  first: 0n,
  last: 9n,
  digest: `digest of ${name}`,
});
const row = (name: string): SeriesRow => ({
  ...series(name),
  identity: idOf(name),
  points: 0,
  first: undefined,
  last: undefined,
  digest: undefined,
});

/** The contents of a seal: series with points, and others that it only lists. */
function sealed(id: string, batch: string, filled: string[], listed: string[] = []): SealContents {
  const seal = sealOf(id, { batch });
  const all = filled.map(totals);
  const points = String(10 * all.length);
  const manifest: Partial<Manifest> = { batch, points };
  return {
    seal,
    manifest: manifest as Manifest,
    read: { totals: new Map(all.map((t) => [t.identity, t])), points: BigInt(points) },
    listed: [...filled, ...listed].map(row),
  };
}

const cut = (all: readonly SealContents[], ...names: string[]) => {
  const mine = new Set(names.map((name) => idOf(name)));
  return contentsOfBatch(all, BATCH, (identity) => mine.has(identity));
};
const heldOf = ({ contents }: ReturnType<typeof cut>) =>
  contents.map((c) => ({ key: c.seal.key, totals: c.read.totals }));

describe("the contents of a batch", () => {
  test("keep its own seals whole, even series that are listed no more", () => {
    const own = sealed("own", BATCH, ["a", "unlisted"]);
    expect(cut([own], "a")).toMatchObject({
      contents: [own],
      points: 20n,
      overlapping: [own.seal],
    });
  });

  test("after a replan, the retired plan's other series are not gone from hot", () => {
    const view = [sealed("own", BATCH, ["a"]), sealed("old", RETIRED, ["a", "z"])];
    const judged = judgeTotals(new Map([[idOf("a"), totals("a")]]), heldOf(cut(view, "a")));
    expect(judged.gone).toEqual([]);
    expect(judged.heldBy.get(idOf("a"))).toHaveLength(2);
  });

  test("a series of this batch that only a retired plan's seal holds is still gone", () => {
    const view = [sealed("own", BATCH, ["a"]), sealed("old", RETIRED, ["a", "b", "z"])];
    const judged = judgeTotals(new Map([[idOf("a"), totals("a")]]), heldOf(cut(view, "a", "b")));
    expect(judged.gone).toEqual([idOf("b")]);
  });

  test("an empty batch stays empty beside a retired plan's full seal of other series", () => {
    const view = [sealed("own", BATCH, []), sealed("old", RETIRED, ["y", "z"])];
    expect(cut(view, "a").points).toBe(0n);
  });

  test("purges of seals that share no series with it explain nothing; listing is sharing", () => {
    const [own, other] = [sealed("own", BATCH, ["a"]), sealed("old", RETIRED, ["z"])];
    const sharing = sealed("lists", RETIRED, ["z"], ["a"]);
    expect(cut([own, other], "a").overlapping).toEqual([own.seal]);
    expect(cut([own, other, sharing], "a").overlapping).toEqual([own.seal, sharing.seal]);
  });
  test("points of another plan's seal are counted as far as they are of this batch", () => {
    const view = [sealed("own", BATCH, ["a"]), sealed("old", RETIRED, ["a", "b", "z"])];
    expect(cut(view, "a", "b").points).toBe(30n);
  });

  test("its own seals are its own, though none of their series is listed any more", () => {
    const own = sealed("own", BATCH, ["a"]);
    expect(cut([own]).overlapping).toEqual([own.seal]);
  });
});
