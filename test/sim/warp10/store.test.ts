import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../sim/warp10/config.ts";
import { CHUNK_POINTS } from "../../../sim/warp10/store/chunk.ts";
import { LineCache } from "../../../sim/warp10/store/render.ts";
import { Store } from "../../../sim/warp10/store/store.ts";
import { compileSelector, parseSelector } from "../../../sim/warp10/selector.ts";
import {
  Decimal,
  LONG_MAX,
  LONG_MIN,
  NO_ELEVATION,
  NO_LOCATION,
} from "../../../sim/warp10/values.ts";
import type { Point, Value } from "../../../sim/warp10/values.ts";
import { javaDouble, parseDecimal } from "../../../sim/warp10/text/javaNumbers.ts";
import { NAMED } from "./stage.ts";

const name = { className: "c", labels: { k: "v" }, ...NAMED };
const newStore = (): Store => new Store(DEFAULT_CONFIG);
const cache = (): LineCache => new LineCache(1 << 26);

function linesOf(store: Store, start = LONG_MIN, end = LONG_MAX): string[] {
  const series = [...store.all()][0];
  const kept = cache();
  const parts = (series?.slices(start, end) ?? []).toReversed().map((s) => kept.linesOf(s).bytes);
  return Buffer.concat(parts).toString("utf8").split("\n").filter(Boolean);
}

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.bigInt({ min: LONG_MIN, max: LONG_MAX }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.string({ maxLength: 8 }),
  fc.integer({ min: -99_999, max: 99_999 }).map((m) => parseDecimal((m / 100).toFixed(2))),
);
const timestamp = fc.oneof(
  fc.bigInt({ min: -50n, max: 50n }),
  fc.constantFrom(LONG_MIN, LONG_MAX, 1_793_448_000_000_000_000n, 2n ** 53n, -(2n ** 53n) - 1n),
);
const change = fc.oneof(
  fc.record({ write: fc.array(fc.tuple(timestamp, value), { minLength: 1, maxLength: 12 }) }),
  fc.record({ from: timestamp, to: timestamp }),
);

test("writes, overwrites and deletes in any order leave what a plain map would hold", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), timestamp, timestamp, (changes, a, b) => {
      const store = newStore();
      const series = store.load(name, { timestamps: [], values: [] });
      const model = new Map<bigint, Value>();
      for (const one of changes) {
        if ("write" in one) {
          series.write(one.write.map(([ts, v]) => point(ts, v)));
          for (const [ts, v] of one.write) model.set(ts, v);
        } else {
          const inside = [...model.keys()].filter((ts) => ts >= one.from && ts <= one.to);
          expect(series.remove(one.from, one.to)).toBe(inside.length);
          for (const ts of inside) model.delete(ts);
        }
      }
      const [start, end] = a < b ? [a, b] : [b, a];
      const expected = [...model.keys()]
        .filter((ts) => ts >= start && ts <= end)
        .toSorted((x, y) => (x < y ? 1 : -1));
      expect(
        linesOf(store, start, end).map((line) => BigInt(line.slice(1).split("/")[0] ?? "")),
      ).toEqual(expected);
      expect(series.points).toBe(model.size);
      for (const slice of series.slices(start, end)) {
        for (let row = slice.from; row < slice.to; row++) {
          const got = slice.chunk.point(row);
          expect(Object.is(plain(got.value), plain(model.get(got.ts)))).toBe(true);
        }
      }
    }),
    { numRuns: 150 },
  );
});

const plain = (v: Value | undefined): unknown => (v instanceof Decimal ? v.toNumber() : v);
function point(ts: bigint, v: Value): Point {
  return { ts, location: NO_LOCATION, elevation: NO_ELEVATION, value: v };
}

test.each([
  ["us", 1_793_448_000_000_000n, 10_000_000],
  ["ns", 1_793_448_000_000_000_000n, 10_000_000_000],
  ["negative", -5_000_000n, 7],
])("rendered timestamps and values (%s) are those of the columns", (_unit, base, step) => {
  const store = newStore();
  const rows = CHUNK_POINTS + 100;
  const offsets = Float64Array.from({ length: rows }, (_, i) => i * step);
  const mantissas = Float64Array.from({ length: rows }, (_, i) => (i - 5) * 7);
  store.load(name, { base, offsets, decimals: { mantissas, scale: 2 } });
  const lines = linesOf(store).toReversed();
  expect(lines.length).toBe(rows);
  for (const i of [0, 1, 4, 5, 6, 19, 105, 9_999, rows - 1]) {
    const number = ((i - 5) * 7) / 100;
    const text = Number.isInteger(number) ? `${number}.0` : String(number);
    expect(lines[i]).toBe(
      `=${base + BigInt(i) * BigInt(step)}// ${text === "-0.0" ? "0.0" : text}`,
    );
  }
});

test("doubles print as Java prints them", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      const text = javaDouble(x);
      expect(Number(text)).toBe(x);
      expect(text).toMatch(/^-?\d+\.\d+(E-?\d+)?$/);
    }),
  );
});

test("a reader keeps what it began with while points come and go", () => {
  const store = newStore();
  const series = store.load(name, { timestamps: [1n, 2n, 3n], longs: Float64Array.of(1, 2, 3) });
  const before = series.slices(LONG_MIN, LONG_MAX);
  series.write([point(2n, 22n), point(4n, 4n)]);
  series.remove(1n, 1n);
  const rows = before.flatMap(({ chunk, from, to }) =>
    Array.from({ length: to - from }, (_, i) => chunk.point(from + i)),
  );
  expect(rows.map((p) => [p.ts, p.value])).toEqual([
    [1n, 1n],
    [2n, 2n],
    [3n, 3n],
  ]);
  expect(linesOf(store)).toEqual(["=4// 4", "=3// 3", "=2// 22"]);
});

test("labels of an empty value, absent labels and attributes are told apart", () => {
  const store = newStore();
  store.load({ ...name, labels: { e: "" } }, { timestamps: [1n], longs: Float64Array.of(1) });
  store.load({ ...name, labels: { k: "v" } }, { timestamps: [1n], longs: Float64Array.of(1) });
  const found = (text: string, of = store): string[] =>
    Array.from(
      of.find(compileSelector(parseSelector(text) ?? { className: "", labels: new Map() })),
      (s) => s.name(false),
    );
  expect(found("c{e=}")).toEqual(["c{.app=demo,k=v}"].map(() => "c{k=v,.app=demo}"));
  expect(found("c{e~()}")).toEqual(["c{e=,.app=demo}"]);
  const plainStore = new Store({ absentLabelSupport: false });
  plainStore.load({ ...name, labels: { e: "" } }, { timestamps: [1n], longs: Float64Array.of(1) });
  plainStore.load(name, { timestamps: [1n], longs: Float64Array.of(1) });
  expect(found("c{e=}", plainStore)).toEqual(["c{e=,.app=demo}"]);
});
