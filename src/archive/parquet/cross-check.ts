// An object decoded by another implementation than the one that wrote and reads it: hyparquet.
import zlib from "node:zlib";
import { parquetRead } from "hyparquet";
import { canonicalLabels } from "../../warp10/series.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { pointAt, type PointBatch, type SeenSeries } from "../points.ts";
import { POINT_COLUMNS } from "./format.ts";
import { readParquetPoints } from "./read.ts";

/** The cells of one row, in the order of POINT_COLUMNS; undefined is null. */
type Cells = readonly unknown[];

/**
 * Decodes the first row group of an object with hyparquet and holds every cell against our own
 * reading: whoever has only a Parquet library will read what we read. Throws "mismatch" where they
 * differ, "unreadable" where either cannot read. Slow (about 0.5 million rows a second, 2 ms for a
 * tiny object): for one object of a batch, not for all.
 */
export async function crossCheck(bytes: Uint8Array): Promise<void> {
  const stream = readParquetPoints(bytes);
  for await (const batch of stream) {
    const columns = await otherReading(bytes, batch.rows);
    for (let row = 0; row < batch.rows; row++) {
      const ours = cellsOf(batch, row, stream.series);
      const theirs = columns.map((column) => column[row] ?? undefined);
      const differs = ours.findIndex((cell, i) => !sameCell(cell, theirs[i]));
      if (differs >= 0) throw mismatch(row, POINT_COLUMNS[differs]?.name ?? "");
    }
    return;
  }
}

function mismatch(row: number, column: string): CellarmanError {
  return new CellarmanError(
    "mismatch",
    `row ${row}, column "${column}", reads otherwise in another Parquet library`,
    { hint: "Nothing may be purged on this object's word. Please report it." },
  );
}

/** Columns of the first `rows` rows, by hyparquet. */
async function otherReading(bytes: Uint8Array, rows: number): Promise<readonly Cells[]> {
  const columns = POINT_COLUMNS.map((): unknown[] => []);
  const byName = new Map(POINT_COLUMNS.map(({ name }, i) => [name as string, columns[i]]));
  try {
    await parquetRead({
      file: {
        byteLength: bytes.length,
        slice: (from, to) => Uint8Array.from(bytes.subarray(from, to)).buffer,
      },
      rowEnd: rows,
      utf8: false,
      compressors: { ZSTD: (input) => zlib.zstdDecompressSync(input) },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const target = byName.get(columnName);
        for (let i = 0; i < columnData.length; i++) {
          if (target) target[rowStart + i] = columnData[i];
        }
      },
    });
  } catch (cause) {
    throw new CellarmanError("unreadable", "another Parquet library cannot read the object", {
      cause,
    });
  }
  return columns;
}

function cellsOf(batch: PointBatch, row: number, series: readonly SeenSeries[]): Cells {
  const { timestamp, value, location, elevation } = pointAt(batch, row);
  const seen = series[batch.series[row] ?? 0];
  return [
    seen?.className,
    canonicalLabels(seen?.labels ?? {}),
    timestamp,
    typeof value === "bigint" ? value : undefined,
    typeof value === "number" ? value : undefined,
    typeof value === "boolean" ? value : undefined,
    typeof value === "string" ? value : undefined,
    value instanceof Uint8Array ? value : undefined,
    location?.latitude,
    location?.longitude,
    elevation,
  ];
}

function sameCell(ours: unknown, theirs: unknown): boolean {
  if (!(ours instanceof Uint8Array)) return Object.is(ours, theirs);
  return theirs instanceof Uint8Array && Buffer.compare(ours, theirs) === 0;
}
