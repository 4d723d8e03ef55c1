import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Point, pointAt, type PointStream } from "../../../src/archive/points.ts";
import { readPoints } from "../../../src/warp10/text/read.ts";
import { runs, someSeries, textOf, totalsOf } from "../../archive/parquet/arbitrary.ts";

const read = (text: string | Buffer, cut = 1 << 16): PointStream =>
  readPoints(cutUp(text, cut), {
    where: "test",
  });

function* cutUp(text: string | Buffer, size: number): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function pointsIn(text: string | Buffer): Promise<Point[]> {
  const points: Point[] = [];
  for await (const batch of read(text)) {
    for (let row = 0; row < batch.rows; row++) points.push(pointAt(batch, row));
  }
  return points;
}

interface Topic {
  readonly steps: readonly {
    readonly name: string;
    readonly request: { readonly path: string; readonly query?: readonly (readonly string[])[] };
    readonly response: { readonly status: number; readonly exact?: string };
  }[];
}

/** Every answer of /fetch in the text format that is recorded as it came, byte for byte. */
const recorded = ["02-values", "03-fetch"].flatMap((topic) => {
  const file = new URL(`../../conformance/warp10/${topic}.json`, import.meta.url);
  const { steps } = JSON.parse(readFileSync(file, "utf8")) as Topic;
  return steps
    .filter(({ request, response }) => {
      const formatted = request.query?.some(([name]) => name === "format") ?? false;
      return request.path === "/api/v0/fetch" && response.status === 200 && !formatted;
    })
    .flatMap(({ name, response: { exact } }) => (exact === undefined ? [] : [[name, exact]]));
}) as [string, string][];

describe("what a real Warp 10 printed", () => {
  // Recorded: conformance topic 02-values.
  it("reads every kind of value bit for bit", async () => {
    const text =
      "38// conf.values.v{.app=conf} '1'\n=36// b64:AP8Q\n=35// b64:\n" +
      "=31// '%C3%A9%20%27%0A%25%2B%2B'\n" +
      "=30// ''\n=28// F\n=27// T\n=24// -Infinity\n=23// Infinity\n=22// NaN\n" +
      "=21// 1.7976931348623157E308\n=20// 4.9E-324\n=19// 9.007199254740992E15\n" +
      "=18// 0.30000000000000004\n=17// 1.234567890123456E14\n=16// 1.0E21\n=15// 1.0E-5\n" +
      "=14// 100000.0\n=12// 0.00001\n=10// 0.0\n=5// -9223372036854775808\n" +
      "=4// 9223372036854775807\n=2// 0\n=1// -1\n";
    const values = (await pointsIn(text)).map((point) => point.value);
    expect(values).toEqual([
      "1",
      Buffer.from([0, 255, 16]),
      Buffer.alloc(0),
      "é '\n%++",
      "",
      false,
      true,
      -Infinity,
      Infinity,
      NaN,
      Number.MAX_VALUE,
      5e-324,
      9_007_199_254_740_992,
      0.30000000000000004,
      123_456_789_012_345.6,
      1e21,
      1e-5,
      100_000,
      1e-5,
      0,
      -(2n ** 63n),
      2n ** 63n - 1n,
      0n,
      -1n,
    ]);
  });

  it("reads places and elevations", async () => {
    const text =
      "8// conf.values.geo{.app=conf} 8\n" +
      "=7/12.345678862184286:98.76543207094073/9223372036854775807 7\n" +
      "=6/-90.0:-180.0/-1 6\n=4/0.0:0.0/0 4\n=2//120 2\n" +
      "=1/48.49999995902181:-4.500000067055225/ 1\n";
    expect(await pointsIn(text)).toEqual([
      { timestamp: 8n, value: 8n },
      {
        timestamp: 7n,
        value: 7n,
        location: { latitude: 12.345678862184286, longitude: 98.76543207094073 },
        elevation: 2n ** 63n - 1n,
      },
      {
        timestamp: 6n,
        value: 6n,
        location: { latitude: -90, longitude: -180 },
        elevation: -1n,
      },
      { timestamp: 4n, value: 4n, location: { latitude: 0, longitude: 0 }, elevation: 0n },
      { timestamp: 2n, value: 2n, elevation: 120n },
      {
        timestamp: 1n,
        value: 1n,
        location: { latitude: 48.49999995902181, longitude: -4.500000067055225 },
      },
    ]);
  });

  it("reads the ends of time, an empty class, encoded names, no labels", async () => {
    const text =
      "9223372036854775807// a{} 4\n=1793448000000000// 5\n=-1// 2\n=-9223372036854775808// 1\n" +
      "1// {k=conf-values} 1\n" +
      "1// conf.update.%C3%A9t%C3%A9%20%7B%2C%7D{l%C3%A0=%C3%A9%3D%2C%7D,b=%2B,e=,.app=x} 1\n";
    const stream = read(text);
    const times: bigint[] = [];
    for await (const batch of stream) times.push(...batch.timestamp.subarray(0, batch.rows));
    expect(times).toEqual([2n ** 63n - 1n, 1_793_448_000_000_000n, -1n, -(2n ** 63n), 1n, 1n]);
    expect(stream.series.map((series) => series.identity)).toEqual([
      '["a",{}]',
      '["",{"k":"conf-values"}]',
      '["conf.update.été {,}",{".app":"x","b":"+","e":"","là":"é=,}"}]',
    ]);
  });

  it.each(recorded)("reads the recorded answer: %s", async (_, text) => {
    expect((await pointsIn(text)).length).toBe(text.split("\n").length - 1);
  });

  it("reads nothing out of an empty answer", async () => {
    expect(await totalsOf(read(""))).toMatchObject({ series: 0, points: 0, first: undefined });
  });
});

describe("properties", () => {
  it("any chunking gives the same points", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, fc.integer({ min: 1, max: 40 }), async (series, cut) => {
        const text = textOf(series);
        expect(await totalsOf(read(text, cut))).toEqual(await totalsOf(read(text)));
      }),
      runs(60),
    );
  });

  it("fills batches of growing size and numbers series across them", async () => {
    const lines: string[] = [];
    for (let s = 0; s < 3; s++) {
      for (let i = 0; i < 100_000; i++) {
        lines.push(i === 0 ? `${200_000 - i}// c{s=${s}} ${i}` : `=${200_000 - i}// ${i}`);
      }
    }
    const stream = read(`${lines.join("\n")}\n`);
    const rows: number[] = [];
    const perSeries = [0, 0, 0];
    for await (const batch of stream) {
      rows.push(batch.rows);
      for (let row = 0; row < batch.rows; row++) {
        const number = batch.series[row] ?? 9;
        perSeries[number] = (perSeries[number] ?? 0) + 1;
      }
    }
    expect(rows.slice(0, 4)).toEqual([256, 2_048, 16_384, 131_072]);
    expect(perSeries).toEqual([100_000, 100_000, 100_000]);
  });
});
