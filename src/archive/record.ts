// The canonical record of a point, and the hash over a series' records.
import { createHash, type Hash } from "node:crypto";
import { KIND, NO_ELEVATION, type PointBatch, wordsOf } from "./points.ts";

/*
 * The canonical record of one point, all integers little-endian:
 *
 *   bytes  what
 *   8      timestamp, signed, platform units
 *   1      kind (KIND: 1 LONG, 2 DOUBLE, 3 BOOLEAN, 4 STRING, 5 BINARY), plus 16 with a location,
 *          plus 32 with an elevation
 *   value  LONG: 8, signed. DOUBLE: 8, IEEE 754 bits; every NaN as 7ff8000000000000, because
 *          Warp 10's text has one NaN; 0.0 and −0.0 stay apart. BOOLEAN: 1, 0 or 1.
 *          STRING: 4, length in bytes, then UTF-8. BINARY: 4, length in bytes, then the bytes
 *   16     with a location: latitude and longitude, IEEE 754 bits
 *   8      with an elevation: signed
 *
 * A series' digest is SHA-256 over its points' records, newest first. It knows nothing of chunks,
 * batches or formats.
 */

const LOCATED = 16;
const ELEVATED = 32;
/** The longest record without its string: 8 + 1 + 8 + 16 + 8. */
const RECORD_BYTES = 41;
/** Records are gathered up to so many bytes before they are hashed. */
const GATHERED_BYTES = 16 * 1024;
const NAN_HIGH = 0x7ff8_0000;
const EXPONENT_BITS = 0x7ff0_0000;

/** SHA-256 over the records of one series after another. */
export class RecordHash {
  private readonly gathered = Buffer.allocUnsafe(GATHERED_BYTES);
  private readonly view: DataView;
  private used = 0;
  private hash: Hash = createHash("sha256");

  constructor() {
    this.view = new DataView(this.gathered.buffer, this.gathered.byteOffset, GATHERED_BYTES);
  }

  /** The hex digest of the records since the last call; the next record begins another. */
  finish(): string {
    this.flush();
    const digest = this.hash.digest("hex");
    this.hash = createHash("sha256");
    return digest;
  }

  /** Takes the points in rows [from, to), in order. */
  add(batch: PointBatch, from: number, to: number): void {
    // Stryker disable next-line ConditionalExpression: the general way gives the same, slower
    if (hasPlaces(batch, from, to)) {
      for (let row = from; row < to; row++) this.gatherRow(batch, row);
      return;
    }
    let row = from;
    while (row < to) {
      row = this.gatherNumbers(batch, row, to);
      if (row < to) this.gatherRow(batch, row++);
    }
  }

  /**
   * Gathers LONG and DOUBLE points without a place, and returns the first row that is something
   * else.
   */
  private gatherNumbers(batch: PointBatch, from: number, to: number): number {
    const { view, gathered } = this;
    const { kind } = batch;
    const timestamps = wordsOf(batch.timestamp);
    const bits = wordsOf(batch.bits);
    let at = this.used;
    let row = from;
    // Stryker disable next-line all: what it leaves to the caller gets the same record, slower
    for (; row < to && (kind[row] ?? 0) <= KIND.double; row++) {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: when is of no matter
      if (at > GATHERED_BYTES - RECORD_BYTES) {
        this.used = at;
        this.flush();
        at = 0;
      }
      let low = bits[2 * row] ?? 0;
      let high = bits[2 * row + 1] ?? 0;
      if (kind[row] === KIND.double && isNaNBits(low, high)) {
        low = 0;
        high = NAN_HIGH;
      }
      view.setInt32(at, timestamps[2 * row] ?? 0, true);
      view.setInt32(at + 4, timestamps[2 * row + 1] ?? 0, true);
      gathered[at + 8] = kind[row] ?? 0;
      view.setInt32(at + 9, low, true);
      view.setInt32(at + 13, high, true);
      at += 17;
    }
    this.used = at;
    return row;
  }

  /** Gathers one point of any type and place. */
  private gatherRow(batch: PointBatch, row: number): void {
    // Stryker disable next-line ConditionalExpression,EqualityOperator: when is of no matter
    if (this.used > GATHERED_BYTES - RECORD_BYTES) this.flush();
    const { view } = this;
    const kind = batch.kind[row] ?? 0;
    const latitude = batch.latitude[row] ?? Number.NaN;
    const elevation = batch.elevation[row] ?? NO_ELEVATION;
    const located = Number.isNaN(latitude) ? 0 : LOCATED;
    const elevated = elevation === NO_ELEVATION ? 0 : ELEVATED;
    view.setBigInt64(this.used, batch.timestamp[row] ?? 0n, true);
    view.setUint8(this.used + 8, kind + located + elevated);
    this.used += 9;
    this.gatherValue(batch, row, kind);
    if (located) {
      view.setFloat64(this.used, latitude, true);
      view.setFloat64(this.used + 8, batch.longitude[row] ?? Number.NaN, true);
      this.used += 16;
    }
    if (elevated) {
      view.setBigInt64(this.used, elevation, true);
      this.used += 8;
    }
  }

  private gatherValue(batch: PointBatch, row: number, kind: number): void {
    const { view } = this;
    const bits = batch.bits[row] ?? 0n;
    if (kind === KIND.boolean) {
      view.setUint8(this.used++, Number(bits));
    } else if (kind === KIND.string || kind === KIND.binary) {
      const blob = batch.blobs[Number(bits)] ?? new Uint8Array();
      view.setUint32(this.used, blob.length, true);
      this.used += 4;
      this.gatherBlob(blob);
    } else {
      const low = Number(BigInt.asIntN(32, bits));
      const high = Number(bits >> 32n);
      const isNaNValue = kind === KIND.double && isNaNBits(low, high);
      view.setInt32(this.used, isNaNValue ? 0 : low, true);
      view.setInt32(this.used + 4, isNaNValue ? NAN_HIGH : high, true);
      this.used += 8;
    }
  }

  /** Leaves room for the rest of a record. */
  private gatherBlob(blob: Uint8Array): void {
    // Stryker disable next-line ConditionalExpression,EqualityOperator: when is of no matter
    if (this.used + blob.length > GATHERED_BYTES - RECORD_BYTES) this.flush();
    if (blob.length > GATHERED_BYTES - RECORD_BYTES) this.hash.update(blob);
    else {
      this.gathered.set(blob, this.used);
      this.used += blob.length;
    }
  }

  private flush(): void {
    // Stryker disable next-line ConditionalExpression,EqualityOperator: no bytes change no hash
    if (this.used > 0) this.hash.update(this.gathered.subarray(0, this.used));
    this.used = 0;
  }
}

function isNaNBits(low: number, high: number): boolean {
  if ((high & EXPONENT_BITS) !== EXPONENT_BITS) return false;
  return (high & 0x000f_ffff) !== 0 || low !== 0;
}

/** Whether any of rows [from, to) has a location or an elevation. */
function hasPlaces(batch: PointBatch, from: number, to: number): boolean {
  const { latitude } = batch;
  const elevation = wordsOf(batch.elevation);
  for (let row = from; row < to; row++) {
    const place = latitude[row] ?? Number.NaN;
    if (!Number.isNaN(place)) return true;
    // Stryker disable next-line all: a place seen where none is costs time alone
    if (elevation[2 * row + 1] !== -2_147_483_648 || elevation[2 * row] !== 0) return true;
  }
  return false;
}
