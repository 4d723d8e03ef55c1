// A run of points in typed columns, ascending in time, one value per timestamp. What a reader holds
// never changes: points are only appended behind its count, everything else makes new chunks.
import { Decimal, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Point, Value } from "../values.ts";

/** Points in one chunk at most. */
export const CHUNK_POINTS = 16_384;
/** Timestamps lie within this of a chunk's base, so that a double holds the difference exactly. */
const MAX_OFFSET = 2 ** 53 - 1;

/** What the `kind` column says; from DECIMAL up it is `DECIMAL + scale`. */
export const CELL = { long: 0, double: 1, boolean: 2, object: 3, decimal: 128 } as const;

/** Columns of points; arrays may be longer than `count`. */
export class Chunk {
  readonly base: bigint;
  count = 0;
  /** Timestamp minus base. */
  offset: Float64Array;
  /** The value, the mantissa of a decimal, or an index into `objects`. */
  number: Float64Array;
  kind: Uint8Array;
  /** Strings, bytes and integers beyond 2^53. */
  readonly objects: (string | Uint8Array | bigint)[] = [];
  location: BigInt64Array | undefined;
  elevation: BigInt64Array | undefined;

  constructor(base: bigint, capacity: number) {
    this.base = base;
    this.offset = new Float64Array(capacity);
    this.number = new Float64Array(capacity);
    this.kind = new Uint8Array(capacity);
  }

  timestamp(row: number): bigint {
    return this.base + BigInt(this.offset[row] ?? 0);
  }

  value(row: number): Value {
    const number = this.number[row] ?? 0;
    const kind = this.kind[row] ?? 0;
    if (kind === CELL.double) return number;
    if (kind === CELL.long) return BigInt(number);
    if (kind === CELL.boolean) return number === 1;
    if (kind === CELL.object) return this.objects[number] ?? "";
    return new Decimal(number, kind - CELL.decimal);
  }

  point(row: number): Point {
    return {
      ts: this.timestamp(row),
      location: this.location?.[row] ?? NO_LOCATION,
      elevation: this.elevation?.[row] ?? NO_ELEVATION,
      value: this.value(row),
    };
  }

  /** The first row at or after a timestamp, among the first `count` rows. */
  lowerBound(timestamp: bigint, count = this.count): number {
    const distance = timestamp - this.base;
    if (distance > BigInt(MAX_OFFSET)) return count;
    if (distance < -BigInt(MAX_OFFSET)) return 0;
    const wanted = Number(distance);
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offset[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether one more point of this timestamp fits in. */
  takes(timestamp: bigint): boolean {
    const distance = timestamp - this.base;
    return (
      this.count < CHUNK_POINTS && distance <= BigInt(MAX_OFFSET) && distance >= -BigInt(MAX_OFFSET)
    );
  }

  /** Appends a point, which must be newer than the last. */
  append(point: Point): void {
    const row = this.count;
    if (row === this.offset.length) this.grow();
    this.offset[row] = Number(point.ts - this.base);
    this.setValue(row, point.value);
    if (point.location !== NO_LOCATION) this.locations()[row] = point.location;
    if (point.elevation !== NO_ELEVATION) this.elevations()[row] = point.elevation;
    this.count = row + 1;
  }

  /** Rows [from, to) of another chunk of the same base, appended. */
  appendRows(other: Chunk, from: number, to: number): void {
    if (other.objects.length > 0 || this.count + to - from > this.offset.length) {
      for (let row = from; row < to; row++) this.append(other.point(row));
      return;
    }
    this.offset.set(other.offset.subarray(from, to), this.count);
    this.number.set(other.number.subarray(from, to), this.count);
    this.kind.set(other.kind.subarray(from, to), this.count);
    if (other.location) this.locations().set(other.location.subarray(from, to), this.count);
    if (other.elevation) this.elevations().set(other.elevation.subarray(from, to), this.count);
    this.count += to - from;
  }

  locations(): BigInt64Array {
    this.location ??= new BigInt64Array(this.offset.length).fill(NO_LOCATION);
    return this.location;
  }

  elevations(): BigInt64Array {
    this.elevation ??= new BigInt64Array(this.offset.length).fill(NO_ELEVATION);
    return this.elevation;
  }

  private setValue(row: number, value: Value): void {
    let kind: number = CELL.object;
    let number = 0;
    if (typeof value === "number") {
      kind = CELL.double;
      number = value;
    } else if (typeof value === "boolean") {
      kind = CELL.boolean;
      number = value ? 1 : 0;
    } else if (value instanceof Decimal) {
      kind = CELL.decimal + value.scale;
      number = value.mantissa;
    } else if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) {
      kind = CELL.long;
      number = Number(value);
    } else {
      number = this.objects.push(value) - 1;
    }
    this.kind[row] = kind;
    this.number[row] = number;
  }

  private grow(): void {
    const capacity = Math.min(CHUNK_POINTS, Math.max(8, this.offset.length * 2));
    this.offset = enlarged(this.offset, new Float64Array(capacity));
    this.number = enlarged(this.number, new Float64Array(capacity));
    this.kind = enlarged(this.kind, new Uint8Array(capacity));
    if (this.location) {
      this.location = enlarged(this.location, new BigInt64Array(capacity).fill(NO_LOCATION));
    }
    if (this.elevation) {
      this.elevation = enlarged(this.elevation, new BigInt64Array(capacity).fill(NO_ELEVATION));
    }
  }
}

function enlarged<A extends Float64Array | Uint8Array | BigInt64Array>(from: A, into: A): A {
  // Both are of one kind; the compiler cannot see that through the type parameter.
  (into as Float64Array).set(from as Float64Array);
  return into;
}

/** Rows [from, to) of a chunk, as they were when the slice was taken. */
export interface Slice {
  readonly chunk: Chunk;
  readonly from: number;
  readonly to: number;
}
