import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointAt } from "../../../src/archive/points.ts";
import { javaDouble } from "../../../src/warp10/text/java-double.ts";
import { readPoints } from "../../../src/warp10/text/read.ts";
import { formatHeading, formatPoint, formatValue } from "../../../src/warp10/text/write.ts";
import { runs, someSeries, textOf } from "../../archive/parquet/arbitrary.ts";

describe("javaDouble", () => {
  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [-12.3, "-12.3"],
    [100_000, "100000.0"],
    [9_999_999, "9999999.0"],
    [1e7, "1.0E7"],
    [0.001, "0.001"],
    [0.0001, "1.0E-4"],
    [1e21, "1.0E21"],
    [5e-324, "4.9E-324"],
    [1e-323, "9.9E-324"],
    [2 ** 53, "9.007199254740992E15"],
    [Number.MAX_VALUE, "1.7976931348623157E308"],
    [Number.NaN, "NaN"],
    [-Infinity, "-Infinity"],
  ])("%d is %s", (value, text) => expect(javaDouble(value)).toBe(text));

  it("reads back as the same double", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(Number(javaDouble(value))).toBe(value);
      }),
      runs(2_000),
    );
  });
});

describe("formatting", () => {
  it("writes values as the server prints them", () => {
    expect(formatValue("é '\n%+~*._-")).toBe("'%C3%A9%20%27%0A%25%2B%7E*._-'");
    expect(formatValue(Buffer.from([0, 1, 2, 255]))).toBe("b64:AAEC_w");
    expect([formatValue(true), formatValue(-5n), formatValue(5)]).toEqual(["T", "-5", "5.0"]);
  });

  it("writes lines, complete and continuing", () => {
    const point = {
      timestamp: -5n,
      value: 1n,
      location: { latitude: 1, longitude: -0.5 },
      elevation: 7n,
    };
    expect(formatPoint(point)).toBe("=-5/1.0:-0.5/7 1");
    const heading = formatHeading("a b", { z: "1", a: "{}" });
    expect(formatPoint({ timestamp: 3n, value: false }, heading)).toBe("3// a%20b{a=%7B%7D,z=1} F");
  });

  it("reads back as it was, for any points", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, async (series) => {
        const stream = readPoints([textOf(series)], { where: "test" });
        const points = [];
        for await (const batch of stream) {
          for (let row = 0; row < batch.rows; row++) points.push(pointAt(batch, row));
        }
        expect(points).toEqual(series.flatMap((one) => one.points));
        expect(stream.series.map(({ className, labels }) => ({ className, labels }))).toEqual(
          series.map(({ className, labels }) => ({ className, labels })),
        );
      }),
      runs(200),
    );
  });
});
