// The series of a batch as a Parquet table: names, attributes, and what was archived of each.
import {
  canonicalLabels,
  identityOf,
  type Labels,
  type ListedSeries,
} from "../../warp10/series.ts";
import { type SeriesTotals, wordsOf } from "../points.ts";
import { encodeBlobs } from "./blobs.ts";
import { blobBounds, longBounds } from "./bounds.ts";
import { encodeLongs } from "./choose.ts";
import type { ChunkSource } from "./chunk.ts";
import { readLayout } from "./footer-read.ts";
import { type Column, FORMAT_KEY, SERIES_COLUMNS, SERIES_FORMAT, TYPE } from "./format.ts";
import { parseLabels, textOf } from "./labels-read.ts";
import { encodeGroup, OpenFile } from "./object.ts";
import { type ChunkPages, readPages } from "./page-read.ts";
import { expect, unreadableObject } from "./unreadable.ts";
import { decodeBlobs, decodeWords } from "./values-read.ts";

/** A series of a batch. Without points: `first`, `last` and `digest` are undefined. */
export interface SeriesRow extends ListedSeries {
  /** Canonical identity (warp10/series.ts). */
  readonly identity: string;
  readonly points: number;
  /** Oldest and newest timestamp, platform units. */
  readonly first: bigint | undefined;
  readonly last: bigint | undefined;
  /** Hex SHA-256 of the points (archive/digest.ts). */
  readonly digest: string | undefined;
}

/** Rows of a row group: a list of 50,000 series is one. */
const GROUP_ROWS = 65_536;

/**
 * Writes one row a series: every listed one, with or without points, and every one with points that
 * was not listed (it was registered meanwhile; its attributes are unknown and written as none).
 * Sorted by identity.
 */
export function writeSeriesList(
  listed: readonly ListedSeries[],
  totals: readonly SeriesTotals[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const rows = seriesRows(listed, totals);
  const file = new OpenFile(SERIES_COLUMNS);
  for (let from = 0; from < rows.length; from += GROUP_ROWS) {
    const group = rows.slice(from, from + GROUP_ROWS);
    file.add(
      encodeGroup(
        group.length,
        SERIES_COLUMNS.map((column) => columnChunk(column, group)),
      ),
    );
  }
  return file.finish({ [FORMAT_KEY]: SERIES_FORMAT, ...metadata });
}

function seriesRows(listed: readonly ListedSeries[], totals: readonly SeriesTotals[]): SeriesRow[] {
  const byIdentity = new Map(listed.map((series) => [identityOf(series), series]));
  const held = new Map(totals.map((one) => [one.identity, one]));
  for (const { identity } of totals) {
    if (!byIdentity.has(identity)) byIdentity.set(identity, unlisted(identity));
  }
  const rows = Array.from(byIdentity, ([identity, series]): SeriesRow => {
    const { className, labels, attributes } = series;
    const { points = 0, first, last, digest } = held.get(identity) ?? {};
    return { identity, className, labels, attributes, points, first, last, digest };
  });
  return rows.sort((a, b) => (a.identity < b.identity ? -1 : 1));
}

/** A series by its identity alone. */
function unlisted(identity: string): ListedSeries {
  const parsed: [string, Labels] = JSON.parse(identity);
  return { className: parsed[0], labels: parsed[1], attributes: {} };
}

type ColumnName = (typeof SERIES_COLUMNS)[number]["name"];

/** A row's part of a column; undefined is null. */
function cellOf(name: ColumnName, row: SeriesRow): string | bigint | undefined {
  switch (name) {
    case "class":
      return row.className;
    case "labels":
    case "attributes":
      return canonicalLabels(row[name]);
    case "points":
      return BigInt(row.points);
    default:
      return row[name];
  }
}

function columnChunk(column: Column & { name: ColumnName }, rows: SeriesRow[]): ChunkSource {
  const cells = rows.map((row) => cellOf(column.name, row));
  const base = { column, rows: rows.length, defined: definedIn(cells) };
  if (column.type === TYPE.int64) {
    const longs = BigInt64Array.from(cells.filter((cell) => typeof cell === "bigint"));
    const words = wordsOf(longs);
    const bounds = longBounds(words, longs.length);
    return { ...base, encode: () => encodeLongs(words, longs.length), bounds };
  }
  const texts = cells.filter((cell) => typeof cell === "string").map((text) => Buffer.from(text));
  return { ...base, encode: () => encodeBlobs(texts), bounds: blobBounds(texts) };
}

function definedIn(cells: readonly unknown[]): ChunkSource["defined"] {
  const defined = Uint32Array.from(cells, (cell) => (cell === undefined ? 0 : 1));
  if (!defined.includes(0)) return 1;
  return defined.includes(1) ? defined : 0;
}

/** Reads a list that writeSeriesList made. Throws "unreadable" on anything else. */
export function readSeriesList(bytes: Uint8Array): SeriesRow[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: SeriesRow[] = [];
  const seen = new Set<string>();
  for (const group of readLayout(file, SERIES_COLUMNS, SERIES_FORMAT).groups) {
    expect(group.rows <= GROUP_ROWS, "a row group has too many rows");
    const pages = new Map<string, ChunkPages>(
      group.chunks.map((chunk) => [chunk.column.name, readPages(file, chunk, group.rows)]),
    );
    const columns = new ListColumns(pages);
    for (let row = 0; row < group.rows; row++) {
      const series = columns.row(row);
      expect(!seen.has(series.identity), `the series ${series.identity} is listed twice`);
      seen.add(series.identity);
      rows.push(series);
    }
  }
  return rows;
}

/** The columns of a row group, null as undefined. */
class ListColumns {
  private readonly texts: ReadonlyMap<string, readonly (Buffer | undefined)[]>;
  private readonly longs: ReadonlyMap<string, readonly (bigint | undefined)[]>;

  constructor(pages: ReadonlyMap<string, ChunkPages>) {
    const columns = SERIES_COLUMNS.map((column) => {
      const found = pages.get(column.name);
      if (!found) throw unreadableObject(`column "${column.name}" is missing`);
      return { column, found };
    });
    const [texts, longs] = [TYPE.byteArray, TYPE.int64].map((type) =>
      columns.filter(({ column }) => column.type === type),
    );
    this.texts = new Map(texts?.map(({ column, found }) => [column.name, textCells(found)]));
    this.longs = new Map(longs?.map(({ column, found }) => [column.name, longCells(found)]));
  }

  row(row: number): SeriesRow {
    const className = textOf(this.texts.get("class")?.[row]);
    const labels = parseLabels(this.texts.get("labels")?.[row]);
    const points = this.longs.get("points")?.[row] ?? -1n;
    const [first, last] = [this.longs.get("first")?.[row], this.longs.get("last")?.[row]];
    const digest = this.texts.get("digest")?.[row]?.toString("utf8");
    expect(points >= 0n && points <= Number.MAX_SAFE_INTEGER, "a series has no number of points");
    const whole = [first, last, digest].every((cell) => (cell !== undefined) === points > 0n);
    expect(whole, "a series has points without bounds and digest, or the reverse");
    return {
      identity: identityOf({ className, labels }),
      className,
      labels,
      attributes: parseLabels(this.texts.get("attributes")?.[row]),
      points: Number(points),
      first,
      last,
      digest,
    };
  }
}

function textCells(pages: ChunkPages): (Buffer | undefined)[] {
  return spread(pages, decodeBlobs(pages, true));
}

function longCells(pages: ChunkPages): (bigint | undefined)[] {
  const longs = new BigInt64Array(pages.count);
  if (pages.count > 0) decodeWords(pages, wordsOf(longs));
  return spread(pages, longs);
}

/** One cell a row: the values in turn where there is one. */
function spread<Cell>({ defined }: ChunkPages, values: ArrayLike<Cell>): (Cell | undefined)[] {
  if (defined === 1) return Array.from(values);
  if (defined === 0) return [];
  let next = 0;
  return Array.from(defined, (is) => (is === 1 ? values[next++] : undefined));
}
