// A row group of points: their columns as chunks.
import { canonicalLabels } from "../../warp10/series.ts";
import { type PointBatch, type SeenSeries, wordsOf } from "../points.ts";
import { indexedBlobs } from "./blobs.ts";
import { blobBounds, longBounds } from "./bounds.ts";
import { encodeTimes } from "./choose.ts";
import type { ChunkSource } from "./chunk.ts";
import { type Column, POINT_COLUMNS } from "./format.ts";
import { definedIn, valueChunk } from "./value-chunk.ts";

/** The name columns of a row group: distinct texts, and which of them each row has. */
interface Names {
  readonly entries: readonly Buffer[];
  readonly indexes: Uint32Array;
}

/** The chunks of a row group, in the order of POINT_COLUMNS. */
export function pointChunks(batch: PointBatch, series: readonly SeenSeries[]): ChunkSource[] {
  const { rows } = batch;
  const names = namesOf(batch, series);
  const times = wordsOf(batch.timestamp);
  const defined = definedIn(batch);
  const [classColumn, labelsColumn, timeColumn, ...others] = POINT_COLUMNS;
  return [
    nameChunk(classColumn, rows, names.classes),
    nameChunk(labelsColumn, rows, names.labels),
    {
      column: timeColumn,
      rows,
      defined: 1,
      encode: () => encodeTimes(times, rows, sharesTimes(batch)),
      bounds: longBounds(times, rows),
    },
    ...others.map((column) => valueChunk(column, batch, defined)),
  ];
}

function nameChunk(column: Column, rows: number, names: Names): ChunkSource {
  return {
    column,
    rows,
    defined: 1,
    encode: () => indexedBlobs(names.entries, names.indexes, rows),
    bounds: blobBounds(names.entries),
  };
}

function namesOf(batch: PointBatch, series: readonly SeenSeries[]) {
  const classes = new NameColumn(batch.rows);
  const labels = new NameColumn(batch.rows);
  let from = 0;
  while (from < batch.rows) {
    const number = batch.series[from] ?? 0;
    let to = from + 1;
    while (to < batch.rows && batch.series[to] === number) to++;
    const seen = series[number];
    classes.fill(seen?.className ?? "", from, to);
    labels.fill(canonicalLabels(seen?.labels ?? {}), from, to);
    from = to;
  }
  return { classes, labels };
}

/** Texts by run of rows. */
class NameColumn implements Names {
  readonly entries: Buffer[] = [];
  readonly indexes: Uint32Array;
  private readonly numbers = new Map<string, number>();

  constructor(rows: number) {
    this.indexes = new Uint32Array(rows);
  }

  fill(text: string, from: number, to: number): void {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.entries.length;
      this.numbers.set(text, number);
      this.entries.push(Buffer.from(text, "utf8"));
    }
    this.indexes.fill(number, from, to);
  }
}

/** Timestamps at the head of a series that are compared with those of the series before. */
const COMPARED = 8;

/** Whether series repeat the irregular timestamps of the one before, as an agent's metrics do. */
function sharesTimes({ rows, series, timestamp }: PointBatch): boolean {
  let before = 0;
  for (let row = COMPARED; row < rows - COMPARED; row++) {
    if (series[row] === series[row - 1]) continue;
    let equal = 0;
    while (equal < COMPARED && timestamp[row + equal] === timestamp[before + equal]) equal++;
    if (equal === COMPARED) return true;
    before = row;
  }
  return false;
}
