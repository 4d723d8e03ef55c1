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
      const row = firstDifference(ours, columns[i] ?? [], batch.rows);
      if (row !== undefined) throw mismatch(row, POINT_COLUMNS[i]?.name ?? "");
    }
    return;
  }
}

/** A piece of a column as hyparquet hands it over; null and undefined are null. */
interface Piece {
  readonly rowStart: number;
  readonly cells: ArrayLike<unknown>;
}

/** The first row that reads otherwise, or that is in no piece; undefined: there is none. */
function firstDifference(
  ours: Reading,
  pieces: readonly Piece[],
  rows: number,
): number | undefined {
  let row = 0;
  for (const { rowStart, cells } of pieces) {
    if (rowStart !== row) return row;
    const end = Math.min(rows, rowStart + cells.length);
    for (; row < end; row++) {
      if (!sameCell(ours(row), cells[row - rowStart] ?? undefined)) return row;
    }
  }
  return row < rows ? row : undefined;
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
): Promise<readonly (readonly Piece[])[]> {
  const columns = POINT_COLUMNS.map((): Piece[] => []);
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
        byName.get(columnName)?.push({ rowStart, cells: columnData });
      },
    });
  } catch (cause) {
    throw new CellarmanError("unreadable", "another Parquet library cannot read the object", {
      cause,
    });
  }
  for (const pieces of columns) pieces.sort((a, b) => a.rowStart - b.rowStart);
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
