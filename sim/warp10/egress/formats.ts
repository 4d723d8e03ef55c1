// The formats of /fetch. Each writes the rows of one series after another; what was not asked for
// costs nothing.
import type { Slice } from "../store/chunk.ts";
import { GtsEncoder, orderPreservingBase64, wrapPoints } from "../store/gtsEncoder.ts";
import { labelText } from "../store/series.ts";
import type { Series } from "../store/series.ts";
import { locationText, valueText } from "../store/render.ts";
import type { LineCache, Lines } from "../store/render.ts";
import { encodePercent } from "../text/percent.ts";
import { decimalJson } from "../text/javaNumbers.ts";
import { jsonText } from "../text/json.ts";
import { Decimal, NO_ELEVATION, NO_LOCATION } from "../values.ts";
import type { Point } from "../values.ts";

/** How a read is shown. */
export interface Style {
  readonly exposed: boolean;
  readonly showAttributes: boolean;
}

/** Gives the body of one series' rows, in pieces. */
export type Format = (series: Series, rows: readonly Slice[], style: Style) => Iterable<Buffer>;

/**
 * Bytes of one decoder: the store hands a series out in pieces of this size
 * (standalone.max.encoder.size).
 */
const ENCODER_BYTES = 100_000;

function headOf(series: Series, { exposed, showAttributes }: Style): Buffer {
  const attributes = showAttributes ? series.attributeText() : "";
  return Buffer.from(`${series.name(exposed)}${attributes} `, "latin1");
}

/** One line with the series' name put in: `TS/…/ NAME VALUE`. */
function namedLine({ bytes, starts }: Lines, line: number, head: Buffer): Buffer {
  const start = (starts[line] ?? 0) + 1;
  const value = bytes.indexOf(32, start) + 1;
  return Buffer.concat([
    bytes.subarray(start, value),
    head,
    bytes.subarray(value, starts[line + 1] ?? bytes.length),
  ]);
}

/** `text`: the first point of a series with its name, the others with `=`. */
export function textFormat(cache: LineCache): Format {
  return function* text(series, rows, style) {
    let first = true;
    for (let i = rows.length - 1; i >= 0; i--) {
      const slice = rows[i];
      if (slice === undefined) continue;
      const lines = cache.linesOf(slice);
      if (!first) {
        yield lines.bytes;
        continue;
      }
      first = false;
      yield namedLine(lines, 0, headOf(series, style));
      yield lines.bytes.subarray(lines.starts[1] ?? lines.bytes.length);
    }
  };
}

/** `fulltext`: every point with its name. */
export function fulltextFormat(cache: LineCache): Format {
  return function* fulltext(series, rows, style) {
    const head = headOf(series, style);
    for (const slice of rows.toReversed()) {
      const { bytes, starts } = cache.linesOf(slice);
      const count = slice.to - slice.from;
      const out = Buffer.allocUnsafe(bytes.length + count * head.length);
      let at = 0;
      for (let line = 0; line < count; line++) {
        const start = (starts[line] ?? 0) + 1;
        const value = bytes.indexOf(32, start) + 1;
        const end = starts[line + 1] ?? bytes.length;
        at += bytes.copy(out, at, start, value);
        at += head.copy(out, at);
        at += bytes.copy(out, at, value, end);
      }
      yield out.subarray(0, at);
    }
  };
}

function* newestFirst(rows: readonly Slice[]): Generator<Point> {
  for (const { chunk, from, to } of rows.toReversed()) {
    for (let row = to - 1; row >= from; row--) yield chunk.point(row);
  }
}

function tabs({ ts, location, elevation, value }: Point): string {
  const place = location === NO_LOCATION ? "\t" : locationText(location).replace(":", "\t");
  const height = elevation === NO_ELEVATION ? "" : elevation.toString();
  return `${ts}\t${place}\t${height}\t${valueText(value)}\n`;
}

/** `tsv` and `fulltsv`: tab-separated, the series as a comment line or as three columns. */
export function tsvFormat(full: boolean): Format {
  return function* tsv(series, rows, { exposed }) {
    const columns = [
      encodePercent(series.className),
      labelText(series.visibleLabels(exposed)).slice(1, -1),
      series.attributeText().slice(1, -1),
    ];
    const prefix = full ? `${columns.join("\t")}\t` : "";
    if (!full) yield Buffer.from(`# ${series.name(exposed)}${series.attributeText()}\n`, "latin1");
    yield* joined(newestFirst(rows), (point) => prefix + tabs(point));
  };
}

function* joined(points: Iterable<Point>, text: (point: Point) => string): Generator<Buffer> {
  let lines: string[] = [];
  for (const point of points) {
    lines.push(text(point));
    if (lines.length < 4096) continue;
    yield Buffer.from(lines.join(""), "latin1");
    lines = [];
  }
  yield Buffer.from(lines.join(""), "latin1");
}

function jsonValue(point: Point): string {
  const { value } = point;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Decimal) return decimalJson(value);
  if (typeof value === "string") return jsonText(value);
  if (value instanceof Uint8Array) return jsonText(Buffer.from(value).toString("latin1"));
  return valueText(value);
}

function jsonPoint(point: Point): string {
  const parts = [point.ts.toString()];
  if (point.location !== NO_LOCATION) parts.push(locationText(point.location).replace(":", ","));
  if (point.elevation !== NO_ELEVATION) parts.push(point.elevation.toString());
  return `[${parts.join(",")},${jsonValue(point)}]`;
}

const jsonMap = (pairs: Iterable<readonly [string, string]>): string =>
  `{${Array.from(pairs, ([k, v]) => `${jsonText(k)}:${jsonText(v)}`).join(",")}}`;

/** `json`: objects; the caller sets brackets and commas around them. */
export function* jsonFormat(
  series: Series,
  rows: readonly Slice[],
  { exposed }: Style,
): Generator<Buffer> {
  const labels = jsonMap(series.visibleLabels(exposed));
  const head = `{"c":${jsonText(series.className)},"l":${labels},"a":${jsonMap(series.attributes)}`;
  yield Buffer.from(`${head},"i":"${series.key.length}","la":${series.lastActivityMs},"v":[`);
  let comma = "";
  yield* joined(newestFirst(rows), (point) => {
    const text = comma + jsonPoint(point);
    comma = ",";
    return text;
  });
  yield Buffer.from("]}");
}

function* encoders(rows: readonly Slice[]): Generator<GtsEncoder> {
  let encoder = new GtsEncoder();
  for (const point of newestFirst(rows)) {
    encoder.add(point);
    if (encoder.size < ENCODER_BYTES) continue;
    yield encoder;
    encoder = new GtsEncoder();
  }
  if (encoder.count > 0) yield encoder;
}

/** `raw`: `BASE//COUNT class{labels} points`, one line for each piece that the store hands out. */
export function* rawFormat(
  series: Series,
  rows: readonly Slice[],
  { exposed }: Style,
): Generator<Buffer> {
  for (const encoder of encoders(rows)) {
    const data = orderPreservingBase64(encoder.bytes());
    yield Buffer.from(`0//${encoder.count} ${series.name(exposed)} ${data}\r\n`, "latin1");
  }
}

/** `pack`: each piece as one string point of the class with `:packed` behind it. */
export function packFormat(suffix: string): Format {
  return function* pack(series, rows, { exposed }) {
    const className = encodePercent(series.className + suffix);
    const labels = labelText(series.visibleLabels(exposed));
    const newest = rows.at(-1);
    const ts = newest === undefined ? 0n : newest.chunk.timestamp(newest.to - 1);
    for (const encoder of encoders(rows)) {
      const data = orderPreservingBase64(wrapPoints(encoder.bytes()));
      yield Buffer.from(`${ts}//${encoder.count} ${className}${labels} '${data}'\n`, "latin1");
    }
  };
}
