// Points one by one, for the rare series whose digests differ.
import { describe, expect, test } from "vitest";
import {
  allocateBatch,
  appendPoint,
  type Point,
  type PointStream,
} from "../../src/archive/points.ts";
import { collectPoints, describePoint } from "../../src/verify/points.ts";
import { identityOf } from "../../src/warp10/series.ts";
import { idOf, series } from "../purge/series.ts";

/** A stream of one batch for each list of `[series, point]`. */
function streamOf(...batches: readonly (readonly [number, Point])[][]): PointStream {
  const seen = ["a", "b"].map((name) => ({ ...series(name), identity: identityOf(series(name)) }));
  async function* all() {
    for (const rows of batches) {
      const batch = allocateBatch(8);
      for (const [n, point] of rows) appendPoint(batch, n, point);
      yield await Promise.resolve(batch);
    }
  }
  return { series: seen, [Symbol.asyncIterator]: all };
}

describe("collecting points", () => {
  const at = (timestamp: bigint): Point => ({ timestamp, value: timestamp });

  test("keeps the wanted series in the range, both ends included, in order", async () => {
    const stream = streamOf(
      [
        [0, at(9n)],
        [0, at(8n)],
      ],
      [
        [0, at(5n)],
        [0, at(4n)],
        [1, at(7n)],
      ],
    );
    const found = await collectPoints(stream, new Set([idOf("a")]), { start: 5n, end: 8n });
    expect([...found.keys()]).toEqual([idOf("a")]);
    expect(found.get(idOf("a"))).toEqual([at(8n), at(5n)]);
  });

  test("of nothing wanted is nothing", async () => {
    expect(
      (await collectPoints(streamOf([[0, at(1n)]]), new Set(), { start: 0n, end: 9n })).size,
    ).toBe(0);
  });
});

describe("a point in words", () => {
  test.each<[Point, string]>([
    [{ timestamp: 5n, value: 7n }, "5 = 7"],
    [{ timestamp: -5n, value: 7 }, "-5 = 7.0"],
    [{ timestamp: 5n, value: -0 }, "5 = -0.0"],
    [{ timestamp: 5n, value: 0.1 }, "5 = 0.1"],
    [{ timestamp: 5n, value: true }, "5 = true"],
    [{ timestamp: 5n, value: 'a"b' }, '5 = "a\\"b"'],
    [{ timestamp: 5n, value: "x".repeat(50) }, `5 = "${"x".repeat(40)}"`],
    [{ timestamp: 5n, value: new Uint8Array([0, 255]) }, "5 = hex:00ff"],
    [
      { timestamp: 5n, value: 1n, location: { latitude: 48.5, longitude: -4 }, elevation: 12n },
      "5 at 48.5:-4 elevation 12 = 1",
    ],
  ])("%o", (point, text) => {
    expect(describePoint(point)).toBe(text);
  });
});
