// What we write, read by others: hyparquet and DuckDB.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { parquetMetadata } from "hyparquet";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crossCheck } from "../../../src/archive/parquet/cross-check.ts";
import { pointAt } from "../../../src/archive/points.ts";
import { canonicalLabels } from "../../../src/warp10/series.ts";
import { rejected } from "../../support/values.ts";
import { objectOf, runs, someSeries, streamOf, type TestSeries } from "./arbitrary.ts";

let level = 7;
const next = () => (level = (level * 16_807) % 2_147_483_647) / 2_147_483_647;

/** Series that make the writer use each encoding it knows, in one row group. */
const encodings: TestSeries[] = [
  { name: "walk", value: (i: number) => BigInt(Math.round(50 + 20 * Math.sin(i / 50) + next())) },
  { name: "decimals", value: (i: number) => Math.round(200 + 100 * Math.sin(i / 90)) / 10 },
  { name: "zeros", value: (i: number) => (i % 2 === 0 ? 0 : -0) },
  { name: "texts", value: (i: number) => `é${i % 5}` },
  { name: "bytes", value: (i: number) => Buffer.from([i & 255, i >> 8]) },
  { name: "flags", value: (i: number) => i % 3 === 0 },
].map(({ name, value }) => ({
  className: `metric.${name}`,
  labels: { host: "a b", é: "{}" },
  points: Array.from({ length: 3_000 }, (_, i) => ({
    timestamp: 1_730_419_200_000_000n - BigInt(i) * 10_000_000n - BigInt(i % 7),
    value: value(i),
    ...(i % 2 === 0 ? { location: { latitude: i / 100, longitude: -i / 7 } } : {}),
    ...(i % 5 === 0 ? { elevation: BigInt(i) - 100n } : {}),
  })),
}));

/** One kind of noise a series, so that no dictionary pays. */
const noise: TestSeries[] = [
  { className: "doubles", value: () => 20 + next() },
  { className: "longs", value: () => BigInt(Math.floor(next() * 2 ** 53)) << 10n },
].map(({ className, value }) => ({
  className,
  labels: {},
  points: Array.from({ length: 4_000 }, (_, i) => ({
    timestamp: 2n ** 60n - BigInt(i) * 10n - BigInt(Math.floor(next() * 9)),
    value: value(),
  })),
}));

describe("hyparquet", () => {
  it("reads any points as we do", async () => {
    await fc.assert(
      fc.asyncProperty(someSeries, async (series) => {
        await crossCheck(await objectOf(streamOf(series)));
      }),
      runs(60),
    );
  });

  it.each([
    ["every encoding", encodings],
    ["noise", noise],
  ])("reads %s as we do", async (_, series) => {
    const object = await objectOf(streamOf(series, 131_072));
    await crossCheck(object);
    const used = new Set(
      parquetMetadata(Uint8Array.from(object).buffer).row_groups.flatMap((group) =>
        group.columns.flatMap((column) => column.meta_data?.encodings ?? []),
      ),
    );
    expect([...used].toSorted()).toEqual([
      "BYTE_STREAM_SPLIT",
      "DELTA_BINARY_PACKED",
      "PLAIN",
      "RLE",
      "RLE_DICTIONARY",
    ]);
  });

  it("is not satisfied by what it cannot read", async () => {
    expect((await rejected(crossCheck(Buffer.from("PAR1PAR1")))).code).toBe("unreadable");
  });
});

describe("DuckDB", () => {
  const folder = mkdtempSync(join(tmpdir(), "cellarman-duckdb-"));
  let duckdb: DuckDBInstance;
  beforeAll(async () => {
    duckdb = await DuckDBInstance.create(":memory:");
  });
  afterAll(() => {
    duckdb.closeSync();
    rmSync(folder, { recursive: true });
  });

  async function rowsOf(bytes: Uint8Array, sql: string) {
    const file = join(folder, "object.parquet");
    writeFileSync(file, bytes);
    const connection = await duckdb.connect();
    const reader = await connection.runAndReadAll(sql.replaceAll("FILE", `'${file}'`));
    connection.closeSync();
    return reader.getRowObjects();
  }

  /** The cells that DuckDB must show for each point. */
  async function cellsOf(series: readonly TestSeries[]) {
    const cells: unknown[][] = [];
    const stream = streamOf(series, 131_072);
    for await (const batch of stream) {
      for (let row = 0; row < batch.rows; row++) {
        const { timestamp, value, location, elevation } = pointAt(batch, row);
        const seen = stream.series[batch.series[row] ?? 0];
        const blob = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : null;
        const labels = canonicalLabels(seen?.labels ?? {});
        cells.push([
          seen?.className,
          labels,
          timestamp,
          typeof value === "bigint" ? value : null,
          typeof value === "number" ? value : null,
          typeof value === "boolean" ? value : null,
          typeof value === "string" ? value : null,
          blob,
          location?.latitude ?? null,
          location?.longitude ?? null,
          elevation ?? null,
        ]);
      }
    }
    return cells;
  }

  const select = `select * replace (lower(hex("binary")) as "binary") from read_parquet(FILE)`;

  it.each([
    ["every encoding", encodings],
    ["noise", noise],
    ["generated points", fc.sample(someSeries, { numRuns: 1, seed: 12 })[0] ?? []],
  ])("reads %s as it was written", async (_, series) => {
    const object = await objectOf(streamOf(series, 131_072));
    const rows = (await rowsOf(object, select)).map((row) => Object.values(row));
    expect(rows).toEqual(await cellsOf(series));
  });

  it("skips by statistics and finds by labels", async () => {
    const object = await objectOf(streamOf(encodings, 131_072));
    const counted = await rowsOf(
      object,
      `select count(*) n, min(timestamp) a, max(timestamp) z, count(distinct class) c
       from read_parquet(FILE) where class >= 'metric.' and (labels->>'host') = 'a b'`,
    );
    const first = 1_730_419_200_000_000n - 2_999n * 10_000_000n - 3n;
    expect(counted).toEqual([{ n: 18_000n, a: first, z: 1_730_419_200_000_000n, c: 6n }]);
    const none = `select count(*) n from read_parquet(FILE) where "timestamp" > 1730419200000000`;
    expect(await rowsOf(object, none)).toEqual([{ n: 0n }]);
  });
});
