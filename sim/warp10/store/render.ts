// Points as GTS text, rendered chunk by chunk and kept: a read of a chunk that was read before is a
// copy of bytes.
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

/** Rows [from, to) of a chunk as lines, newest first; the writer is scratch. */
export function renderRows(writer: LineWriter, chunk: Chunk, from: number, to: number): Lines {
  writer.length = 0;
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
  return { bytes: Buffer.from(writer.bytes.subarray(0, writer.length)), starts };
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

interface Kept {
  readonly count: number;
  readonly lines: Lines;
  readonly size: number;
}

/** Rendered chunks, as many as fit; chunks that nobody holds any more give their room back. */
export class LineCache {
  private readonly kept = new WeakMap<Chunk, Kept>();
  private readonly gone: FinalizationRegistry<number>;
  private readonly writer = new LineWriter(1 << 16);
  private bytes = 0;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.gone = new FinalizationRegistry((size) => (this.bytes -= size));
  }

  /** The lines of a slice, newest first: bytes of them all, and where each begins. */
  linesOf({ chunk, from, to }: Slice): Lines {
    const { count } = chunk;
    const known = this.kept.get(chunk);
    if (known?.count !== count) {
      if (to - from < count / 2 || this.bytes >= this.maxBytes)
        return renderRows(this.writer, chunk, from, to);
      this.keep(chunk, count);
    }
    const whole = this.kept.get(chunk)?.lines ?? renderRows(this.writer, chunk, 0, count);
    if (from === 0 && to === count) return whole;
    const starts = whole.starts.subarray(count - to, count - from + 1);
    const begin = starts[0] ?? 0;
    const end = starts.at(-1) ?? begin;
    return { bytes: whole.bytes.subarray(begin, end), starts: starts.map((at) => at - begin) };
  }

  /** Renders chunks before anybody reads them, as far as there is room. */
  warm(chunks: Iterable<Chunk>): void {
    for (const chunk of chunks) this.linesOf({ chunk, from: 0, to: chunk.count });
  }

  private keep(chunk: Chunk, count: number): void {
    const lines = renderRows(this.writer, chunk, 0, count);
    const size = lines.bytes.length + lines.starts.byteLength;
    this.bytes += size - (this.kept.get(chunk)?.size ?? 0);
    this.gone.unregister(chunk);
    this.gone.register(chunk, size, chunk);
    this.kept.set(chunk, { count, lines, size });
  }
}
