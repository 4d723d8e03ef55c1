// What the stand-in's store held at one moment: archive and store are held against it at the end.
// It shares the store's chunks, which are never changed in place, and none of the tool's code.
import { CELL, type Chunk, type Slice } from "../warp10/store/chunk.ts";
import type { Store } from "../warp10/store/store.ts";
import { Decimal, NO_ELEVATION, NO_LOCATION, type Point, type Value } from "../warp10/values.ts";

/** Points of one series in a range, ascending, as they were. */
export class HeldSeries {
  readonly rows: number;
  private readonly slices: readonly Slice[];

  constructor(slices: readonly Slice[]) {
    this.slices = slices;
    this.rows = slices.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** The point at a position from 0 on; undefined beyond the last. */
  at(position: number): Point | undefined {
    let left = position;
    for (const { chunk, from, to } of this.slices) {
      if (left < to - from) return chunk.point(from + left);
      left -= to - from;
    }
    return undefined;
  }

  /** The position of a timestamp; -1 where there is no point. */
  find(timestamp: bigint): number {
    let before = 0;
    for (const { chunk, from, to } of this.slices) {
      const row = chunk.lowerBound(timestamp);
      if (row >= from && row < to && chunk.timestamp(row) === timestamp) return before + row - from;
      before += to - from;
    }
    return -1;
  }

  /** Stands before the first row. */
  cursor(): Cursor {
    return new Cursor(this.slices);
  }
}

/** Goes through the rows, ascending, and makes no object per row. */
class Cursor {
  chunk: Chunk | undefined;
  row = 0;
  private to = 0;
  private next = 0;
  private readonly slices: readonly Slice[];

  constructor(slices: readonly Slice[]) {
    this.slices = slices;
  }

  /** Goes to the next row; false beyond the last. */
  advance(): boolean {
    this.row += 1;
    while (this.row >= this.to) {
      const slice = this.slices[this.next++];
      if (slice === undefined) return false;
      this.chunk = slice.chunk;
      this.row = slice.from;
      this.to = slice.to;
    }
    return true;
  }
}

/** Series with points in a range, by identity. */
export type Copy = ReadonlyMap<string, HeldSeries>;

/** One text per series: class and all labels, hidden ones too, in order. */
export function identityOf(className: string, labels: Iterable<readonly [string, string]>): string {
  return JSON.stringify([className, [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Copies what the store holds in [start, end], platform units. */
export function copyOf(store: Store, start: bigint, end: bigint): Copy {
  const copy = new Map<string, HeldSeries>();
  for (const series of store.all()) {
    const slices = series.slices(start, end);
    if (slices.length > 0) {
      copy.set(identityOf(series.className, series.labels), new HeldSeries(slices));
    }
  }
  return copy;
}

/** Points of a copy. */
export function pointsOf(copy: Copy): number {
  let points = 0;
  for (const held of copy.values()) points += held.rows;
  return points;
}

/** The first difference between two copies; undefined when they hold the same points. */
export function differenceOf(one: Copy, other: Copy): string | undefined {
  if (one.size !== other.size) return `${one.size} series and ${other.size}`;
  for (const [identity, held] of one) {
    const twin = other.get(identity);
    if (twin === undefined || !isSame(held, twin)) return identity;
  }
  return undefined;
}

function isSame(one: HeldSeries, other: HeldSeries): boolean {
  if (one.rows !== other.rows) return false;
  const [here, there] = [one.cursor(), other.cursor()];
  let [chunk, twin]: [Chunk | undefined, Chunk | undefined] = [undefined, undefined];
  let apart = 0;
  while (here.advance() && there.advance()) {
    if (here.chunk !== chunk || there.chunk !== twin) {
      [chunk, twin] = [here.chunk, there.chunk];
      apart = Number((twin?.base ?? 0n) - (chunk?.base ?? 0n));
    }
    if (!chunk || !twin || !isSameRow(chunk, here.row, twin, there.row, apart)) return false;
  }
  return true;
}

/** Compares columns, for millions of rows. `apart`: the second chunk's base less the first's. */
function isSameRow(one: Chunk, row: number, other: Chunk, twin: number, apart: number): boolean {
  const kind = one.kind[row];
  return (
    one.offset[row] === (other.offset[twin] ?? 0) + apart &&
    kind === other.kind[twin] &&
    (kind === CELL.object
      ? isSameValue(one.value(row), other.value(twin))
      : Object.is(one.number[row], other.number[twin])) &&
    (one.location?.[row] ?? NO_LOCATION) === (other.location?.[twin] ?? NO_LOCATION) &&
    (one.elevation?.[row] ?? NO_ELEVATION) === (other.elevation?.[twin] ?? NO_ELEVATION)
  );
}

/** Whether two values are of one type and equal, bit for bit; decimals and doubles are one type. */
export function isSameValue(one: Value, other: Value): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && !Buffer.compare(one, other);
  return Object.is(numberOf(one), numberOf(other));
}

const numberOf = (value: Value): Value => (value instanceof Decimal ? value.toNumber() : value);
