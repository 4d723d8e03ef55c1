// Points as GTS text, rendered chunk by chunk and kept: a read of a chunk that was read before is a copy of bytes.
import { encodePercent } from "../text/percent.ts";
import { decimalText, javaDouble } from "../text/javaNumbers.ts";
import { fromHHCode } from "../text/location.ts";
import { Decimal, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Value } from "../values.ts";
import { CELL } from "./chunk.ts";
import type { Chunk, Slice } from "./chunk.ts";
import { LineWriter } from "./lineWriter.ts";

/** Lines `=TS/LAT:LON/ELEV VALUE\n`, newest first; line j begins at starts[j]. */
export interface Lines {
  readonly bytes: Buffer;
  /** One more than there are lines: the last is the end. */
  readonly starts: Uint32Array;
}

/** A value as GTS text has it: `1`, `0.5`, `T`, `'a%20b'`, `b64:AAE`. */
export function valueText(value: Value): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return javaDouble(value);
  if (typeof value === "boolean") return value ? "T" : "F";
  if (typeof value === "string") return `'${encodePercent(value)}'`;
  if (value instanceof Decimal) return decimalText(value);
  return `b64:${Buffer.from(value.buffer, value.byteOffset, value.length).toString("base64url")}`;
}

/** `LAT:LON`, or nothing. */
export function locationText(location: bigint): string {
  if (location === NO_LOCATION) return "";
  const [lat, lon] = fromHHCode(location);
  return `${javaDouble(lat)}:${javaDouble(lon)}`;
}

/** Rows [from, to) of a chunk as lines, newest first. */
export function renderRows(chunk: Chunk, from: number, to: number): Lines {
  const writer = new LineWriter(Math.max(64, (to - from) * 32));
  const starts = new Uint32Array(to - from + 1);
  const clock = clockOf(chunk.base);
  for (let row = to - 1, line = 0; row >= from; row--, line++) {
    starts[line] = writer.length;
    writer.reserve(128);
    writer.byte(61);
    writeTimestamp(writer, chunk, row, clock);
    writer.byte(47);
    const location = chunk.location?.[row];
    if (location !== undefined) writer.text(locationText(location));
    writer.reserve(128);
    writer.byte(47);
    const elevation = chunk.elevation?.[row];
    if (elevation !== undefined && elevation !== NO_ELEVATION) writer.text(elevation.toString());
    writer.reserve(128);
    writer.byte(32);
    writeValue(writer, chunk, row);
    writer.reserve(1);
    writer.byte(10);
  }
  starts[to - from] = writer.length;
  return { bytes: writer.bytes.subarray(0, writer.length), starts };
}

interface Clock {
  /** base = high × 10^9 + low, where both are safe and not negative. */
  readonly high: number;
  readonly low: number;
  readonly usable: boolean;
}

function clockOf(base: bigint): Clock {
  if (base < 0n) return { high: 0, low: 0, usable: false };
  return { high: Number(base / 1_000_000_000n), low: Number(base % 1_000_000_000n), usable: true };
}

function writeTimestamp(writer: LineWriter, chunk: Chunk, row: number, clock: Clock): void {
  const offset = chunk.offset[row] ?? 0;
  if (!clock.usable || offset < 0 || offset > 9e15 - 1e9) {
    writer.text(chunk.timestamp(row).toString());
    writer.reserve(64);
    return;
  }
  const low = clock.low + offset;
  const carry = Math.floor(low / 1e9);
  const high = clock.high + carry;
  if (high === 0) return writer.integer(low);
  writer.integer(high);
  writer.padded(low - carry * 1e9, 9);
}

const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);

function writeValue(writer: LineWriter, chunk: Chunk, row: number): void {
  const kind = chunk.kind[row] ?? 0;
  const number = chunk.number[row] ?? 0;
  if (kind === CELL.long) return writer.integer(number);
  const scale = kind - CELL.decimal;
  if (scale > 0 && scale < 16) {
    const size = Math.abs(number);
    const power = POWERS[scale] ?? 1;
    let whole = Math.floor(size / power);
    if (whole * power > size) whole -= 1;
    if (number < 0) writer.byte(45);
    writer.integer(whole);
    writer.byte(46);
    return writer.padded(size - whole * power, scale);
  }
  writer.text(valueText(chunk.value(row)));
}

/** Rendered chunks, the least recently read of them forgotten beyond a number of bytes. */
export class LineCache {
  private readonly lines = new Map<Chunk, { readonly count: number; readonly lines: Lines }>();
  private bytes = 0;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** The lines of a slice, newest first: bytes of them all, and where each begins. */
  linesOf({ chunk, from, to }: Slice): Lines {
    const known = this.lines.get(chunk);
    const { count } = chunk;
    if (known === undefined || known.count !== count) {
      if (to - from < count / 2) return renderRows(chunk, from, to);
      this.keep(chunk, count, renderRows(chunk, 0, count));
    } else {
      this.lines.delete(chunk);
      this.lines.set(chunk, known);
    }
    const whole = this.lines.get(chunk)?.lines ?? renderRows(chunk, 0, count);
    if (from === 0 && to === count) return whole;
    const starts = whole.starts.subarray(count - to, count - from + 1);
    const begin = starts[0] ?? 0;
    const end = starts.at(-1) ?? begin;
    return { bytes: whole.bytes.subarray(begin, end), starts: starts.map((at) => at - begin) };
  }

  private keep(chunk: Chunk, count: number, lines: Lines): void {
    this.forget(chunk);
    this.lines.set(chunk, { count, lines });
    this.bytes += lines.bytes.buffer.byteLength + lines.starts.byteLength;
    for (const oldest of this.lines.keys()) {
      if (this.bytes <= this.maxBytes || oldest === chunk) break;
      this.forget(oldest);
    }
  }

  private forget(chunk: Chunk): void {
    const known = this.lines.get(chunk);
    if (known === undefined) return;
    this.lines.delete(chunk);
    this.bytes -= known.lines.bytes.buffer.byteLength + known.lines.starts.byteLength;
  }
}
