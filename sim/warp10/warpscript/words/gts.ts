// Geo Time Series and encoders taken apart and put together.
import { UNITS_PER_MS } from "../../../../src/warp10/range.ts";
import { fromHHCode, toHHCode } from "../../text/location.ts";
import { Decimal, JavaError, NO_ELEVATION, NO_LOCATION } from "../../values.ts";
import type { Point, Value } from "../../values.ts";
import { Encoder, Gts, textMap } from "../items.ts";
import type { Item, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asLabels, asList, asLong, asNumber, asText, constant, unary, word } from "./args.ts";

function withMeta(item: Item, name: string): Gts | Encoder {
  if (item instanceof Gts || item instanceof Encoder) return item;
  throw new JavaError(`${name} operates on a Geo Time Series or GTSEncoder.`);
}

function seriesOf(item: Item, name: string): Gts {
  if (item instanceof Gts) return item;
  throw new JavaError(`${name} operates on a Geo Time Series.`);
}

/** Applies to a series, or to each of a list of them. */
function each(name: string, apply: (item: Gts | Encoder, stack: Stack) => Item): Word {
  return unary(name, (item, stack) =>
    Array.isArray(item)
      ? item.map((one) => apply(withMeta(one, name), stack))
      : apply(withMeta(item, name), stack),
  );
}

function valueItem(value: Value): Item {
  return value;
}

/** `[ts lat lon elev value]`, NaN for what a point does not have. */
export function pointList({ ts, location, elevation, value }: Point): Item[] {
  const [lat, lon] = location === NO_LOCATION ? [Number.NaN, Number.NaN] : fromHHCode(location);
  return [ts, lat, lon, elevation === NO_ELEVATION ? Number.NaN : elevation, valueItem(value)];
}

/** ENCODER->: name, labels, attributes, and the list of points on top. */
function* unpack(stack: Stack): Steps {
  const encoder = stack.pop();
  if (!(encoder instanceof Encoder)) throw new JavaError("ENCODER-> operates on a GTSEncoder.");
  const points: Item[] = [];
  for (const point of encoder.points()) {
    points.push(pointList(point));
    if ((points.length & 0x3ff) === 0 && stack.tick()) yield* stack.rest();
  }
  stack.push(encoder.meta.className);
  stack.push(textMap(encoder.meta.labels));
  stack.push(textMap(encoder.meta.attributes));
  stack.push(points);
}

function valueOf(item: Item): Value {
  if (typeof item === "bigint" || typeof item === "number" || typeof item === "string") return item;
  if (typeof item === "boolean" || item instanceof Decimal || item instanceof Uint8Array)
    return item;
  throw new JavaError("Invalid value type.");
}

function pointOf(ts: Item, lat: Item, lon: Item, elevation: Item, value: Item): Point {
  const latitude = asNumber(lat, "Invalid latitude.");
  const located = !Number.isNaN(latitude);
  const high = typeof elevation === "bigint";
  return {
    ts: asLong(ts, "Invalid timestamp."),
    location: located ? toHHCode(latitude, asNumber(lon, "Invalid longitude.")) : NO_LOCATION,
    elevation: high ? elevation : NO_ELEVATION,
    value: valueOf(value),
  };
}

function addValue(stack: Stack): void {
  const value = stack.pop();
  const [elevation, lon, lat, ts] = [stack.pop(), stack.pop(), stack.pop(), stack.pop()];
  const target = withMeta(stack.peek(), "ADDVALUE");
  const point = pointOf(ts, lat, lon, elevation, value);
  if (target instanceof Encoder) target.added.push(point);
  else target.add(point);
}

/**
 * ->ENCODER: from a list of `[ts value]`, `[ts elev value]`, `[ts lat lon value]` or `[ts lat lon
 * elev value]`.
 */
function pack(item: Item): Item {
  const encoder = new Encoder(emptyMeta());
  for (const one of asList(item, "->ENCODER operates on a list.")) {
    const parts = asList(one, "->ENCODER expects lists of values.");
    const [ts = null] = parts;
    const value = parts.at(-1) ?? null;
    const place = parts.slice(1, -1);
    const [lat = Number.NaN, lon = Number.NaN] = place.length >= 2 ? place : [];
    const elevation = place.length === 1 ? place[0] : place[2];
    encoder.added.push(pointOf(ts, lat, lon, elevation ?? Number.NaN, value));
  }
  return encoder;
}

const emptyMeta = () => ({
  className: "",
  labels: new Map<string, string>(),
  attributes: new Map<string, string>(),
  lastActivityMs: 0,
});

function sortedGts(name: string, order: 1 | -1): Word {
  return each(name, (item) => {
    const gts = seriesOf(item, name);
    gts.points.sort((a, b) => (a.ts < b.ts ? -order : a.ts > b.ts ? order : 0));
    return gts;
  });
}

function extreme(name: string, newer: boolean): Word {
  return each(name, (item) => {
    const ticks = (item instanceof Gts ? item.points : [...item.points()]).map(({ ts }) => ts);
    if (ticks.length === 0) return newer ? -(2n ** 63n) : 2n ** 63n - 1n;
    return ticks.reduce((a, b) => (newer === a > b ? a : b));
  });
}

function relabel(stack: Stack): void {
  const labels = asLabels(stack.pop(), "RELABEL expects a map of labels on top of the stack.");
  const { meta } = withMeta(stack.peek(), "RELABEL");
  for (const [name, value] of labels) {
    if (value === "") meta.labels.delete(name);
    else meta.labels.set(name, value);
  }
}

/** Words of this file. */
export const GTS_WORDS: readonly Word[] = [
  each("NAME", ({ meta }) => meta.className),
  each("LABELS", ({ meta }) => textMap(meta.labels)),
  each("ATTRIBUTES", ({ meta }) => textMap(meta.attributes)),
  each(
    "LASTACTIVITY",
    ({ meta }, stack) => BigInt(meta.lastActivityMs) * UNITS_PER_MS[stack.context.config.unit],
  ),
  each("VALUES", (item) => seriesOf(item, "VALUES").points.map(({ value }) => valueItem(value))),
  each("TICKLIST", (item) => seriesOf(item, "TICKLIST").points.map(({ ts }) => ts)),
  each("TICKS", (item) => seriesOf(item, "TICKS").points.map(({ ts }) => ts)),
  each("ELEVATIONS", (item) =>
    seriesOf(item, "ELEVATIONS").points.map(({ elevation }) =>
      elevation === NO_ELEVATION ? Number.NaN : elevation,
    ),
  ),
  word("LOCATIONS", (stack) => {
    const { points } = seriesOf(stack.pop(), "LOCATIONS");
    const places = points.map(pointList);
    stack.push(places.map((point) => point[1] ?? null));
    stack.push(places.map((point) => point[2] ?? null));
  }),
  extreme("FIRSTTICK", false),
  extreme("LASTTICK", true),
  sortedGts("SORT", 1),
  sortedGts("RSORT", -1),
  word("RENAME", (stack) => {
    const name = asText(stack.pop(), "RENAME expects a name on top of the stack.");
    withMeta(stack.peek(), "RENAME").meta.className = name.startsWith("+")
      ? withMeta(stack.peek(), "RENAME").meta.className + name.slice(1)
      : name;
  }),
  word("RELABEL", relabel),
  word("SETATTRIBUTES", (stack) => {
    const attributes = asLabels(stack.pop(), "SETATTRIBUTES expects a map on top of the stack.");
    withMeta(stack.peek(), "SETATTRIBUTES").meta.attributes = attributes;
  }),
  constant("NEWGTS", () => new Gts(emptyMeta())),
  constant("NEWENCODER", () => new Encoder(emptyMeta())),
  each("CLONEEMPTY", ({ meta }) => new Gts({ ...meta, labels: new Map(meta.labels) })),
  word("ADDVALUE", addValue),
  word("ENCODER->", unpack),
  unary("->ENCODER", pack),
  each("->GTS", (item) => {
    const gts = new Gts(item.meta);
    for (const point of item instanceof Gts ? item.points : item.points()) gts.add(point);
    return gts;
  }),
  each("ASENCODERS", (item) => {
    const encoder = new Encoder(item.meta);
    encoder.added.push(...(item instanceof Gts ? item.points : item.points()));
    return encoder;
  }),
  word("ATINDEX", (stack) => {
    const index = Number(asLong(stack.pop(), "ATINDEX expects an index on top of the stack."));
    const point = seriesOf(stack.pop(), "ATINDEX").points.at(index);
    if (point === undefined) throw new JavaError("ATINDEX index out of bounds.");
    stack.push(pointList(point));
  }),
];
