// An object decoded by another implementation than the one that wrote and reads it: hyparquet.
import zlib from "node:zlib";
import { parquetRead } from "hyparquet";
import { canonicalLabels } from "../../warp10/series.ts";
import { CellarmanError } from "../../runtime/errors.ts";
import { KIND, NO_ELEVATION, type PointBatch, type SeenSeries } from "../points.ts";
import { POINT_COLUMNS } from "./format.ts";
import { readParquetPoints } from "./read.ts";

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
    for (const [i, ours] of readingsOf(batch, stream.series).entries()) {
      const theirs = columns[i] ?? [];
      for (let row = 0; row < batch.rows; row++) {
        if (sameCell(ours(row), theirs[row] ?? undefined)) continue;
        throw mismatch(row, POINT_COLUMNS[i]?.name ?? "");
      }
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
async function otherReading(
  bytes: Uint8Array,
  rows: number,
): Promise<readonly (readonly unknown[])[]> {
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

/** One column as we read it: the cell of each row; undefined is null. */
type Reading = (row: number) => unknown;

/** Our readings, in the order of POINT_COLUMNS. Names are made once a series: rows share them. */
function readingsOf(batch: PointBatch, series: readonly SeenSeries[]): readonly Reading[] {
  const { kind, bits, blobs, timestamp, latitude, longitude, elevation } = batch;
  const doubles = new Float64Array(bits.buffer, bits.byteOffset);
  const blobOf: Reading = (row) => blobs[Number(bits[row])];
  const classes = series.map(({ className }) => className);
  const labels = series.map((one) => canonicalLabels(one.labels));
  const ofKind =
    (wanted: number, cell: Reading): Reading =>
    (row) =>
      kind[row] === wanted ? cell(row) : undefined;
  return [
    (row) => classes[batch.series[row] ?? 0],
    (row) => labels[batch.series[row] ?? 0],
    (row) => timestamp[row],
    ofKind(KIND.long, (row) => bits[row]),
    ofKind(KIND.double, (row) => doubles[row]),
    ofKind(KIND.boolean, (row) => bits[row] === 1n),
    ofKind(KIND.string, (row) => Buffer.from(blobs[Number(bits[row])] ?? []).toString("utf8")),
    ofKind(KIND.binary, blobOf),
    (row) => (Number.isNaN(latitude[row]) ? undefined : latitude[row]),
    (row) => (Number.isNaN(latitude[row]) ? undefined : longitude[row]),
    (row) => (elevation[row] === NO_ELEVATION ? undefined : elevation[row]),
  ];
}

function sameCell(ours: unknown, theirs: unknown): boolean {
  if (!(ours instanceof Uint8Array)) return Object.is(ours, theirs);
  return theirs instanceof Uint8Array && Buffer.compare(ours, theirs) === 0;
}
