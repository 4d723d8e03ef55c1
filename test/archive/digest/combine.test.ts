// Many series' totals as one.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineTotals } from "../../../src/archive/digest.ts";
import type { SeriesTotals } from "../../../src/archive/points.ts";
import { caught } from "../../support/values.ts";
import { runs } from "../parquet/arbitrary.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("combineTotals", () => {
  const totals = (identity: string, points: number, first: bigint, last: bigint): SeriesTotals => ({
    identity,
    points,
    first,
    last,
    digest: sha256(Buffer.from(identity)),
  });
  const a = totals("a", 2, 5n, 9n);
  const b = totals("b", 3, -4n, 6n);

  it("sums whatever the order, and leaves out series without a point", () => {
    const sum = combineTotals([a, b]);
    expect(sum).toMatchObject({ series: 2, points: 5, first: -4n, last: 9n });
    expect(combineTotals([totals("0", 0, 0n, 0n), b, a])).toEqual(sum);
    const lines = [a, b].map((one) =>
      JSON.stringify([one.identity, one.points, String(one.first), String(one.last), one.digest]),
    );
    expect(sum.digest).toBe(sha256(Buffer.from(`${lines.join("\n")}\n`)));
  });

  it("is the same for any order of many, with the oldest and the newest of all", () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      totals(
        `s${String(i).padStart(2, "0")}`,
        1,
        BigInt((i * 7) % 40),
        BigInt(100 + ((i * 3) % 40)),
      ),
    );
    const sum = combineTotals(many);
    expect(sum).toMatchObject({ series: 40, points: 40, first: 0n, last: 139n });
    fc.assert(
      fc.property(fc.shuffledSubarray(many, { minLength: 40 }), (shuffled) => {
        expect(combineTotals(shuffled)).toEqual(sum);
      }),
      runs(20),
    );
  });

  it("changes with every field of every series", () => {
    const { digest } = combineTotals([a, b]);
    const others = [
      { ...a, identity: "c" },
      { ...a, points: 3 },
      { ...a, first: 6n },
      { ...a, last: 10n },
      { ...a, digest: b.digest },
    ];
    for (const other of others) expect(combineTotals([other, b]).digest).not.toBe(digest);
    expect(combineTotals([b]).digest).not.toBe(digest);
  });

  it("is of nothing without points, and refuses one series twice", () => {
    expect(combineTotals([])).toMatchObject({ series: 0, points: 0, first: undefined });
    expect(caught(() => combineTotals([a, b, a]))).toMatchObject({
      code: "internal",
      message: "the totals hold the series a twice",
    });
  });
});
