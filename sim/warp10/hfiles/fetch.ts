// HFFETCH: points out of a store's files (facts warp10 §2.4, [DOC]).
import { narrowRange } from "../egress/query.ts";
import type { ReadRange } from "../egress/query.ts";
import { compileSelector, labelsMatch } from "../selector.ts";
import { HIDDEN_LABELS } from "../store/series.ts";
import { narrowToReader, scopeOf } from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { LONG_MAX } from "../values.ts";
import type { Point } from "../values.ts";
import { Encoder, Gts } from "../warpscript/items.ts";
import type { ItemMap, Meta, Steps } from "../warpscript/items.ts";
import type { Stack } from "../warpscript/stack.ts";
import { asLong, asMap, asText } from "../warpscript/words/args.ts";
import { selectorsOf } from "../warpscript/words/directory.ts";
import { askedRange, fetchToken } from "../warpscript/words/fetchWord.ts";
import { demandCapability } from "./access.ts";
import type { Frame } from "./file.ts";
import type { HfilesSite } from "./site.ts";

interface Found {
  readonly frame: Frame;
  points: Point[];
}

/** Whether a token may see a series of a file, and the request names it. */
function filterOf(stack: Stack, map: ItemMap, token: Token): (frame: Frame) => boolean {
  const scope = scopeOf(token);
  const tests = [...selectorsOf("HFFETCH", map)].map((text) => {
    narrowToReader(text, token);
    return compileSelector(text);
  });
  const { absentLabelSupport } = stack.context.config;
  const fits = (frame: Frame, test: NonNullable<typeof scope>): boolean =>
    test.classMatcher.test(frame.className) &&
    labelsMatch(test, frame.labels, frame.attributes, absentLabelSupport);
  return (frame) =>
    tests.some((test) => fits(frame, test)) && (scope === undefined || fits(frame, scope));
}

const keyOf = ({ className, labels }: Frame): string =>
  [className, ...Array.from(labels, ([name, value]) => `${name}\u0000${value}`).toSorted()].join(
    "\u0001",
  );

function inside(points: readonly Point[], { start, end }: ReadRange, clip: boolean): Point[] {
  const within = points.filter(({ ts }) => ts >= start && ts <= end);
  return clip || within.length === 0 ? within : [...points];
}

/** Newest first; points of one timestamp in the order of the files, or the last file's alone. */
function ordered(points: readonly Point[], duplicates: "kept" | "last"): Point[] {
  const sorted = points.toSorted((a, b) => (a.ts > b.ts ? -1 : a.ts < b.ts ? 1 : 0));
  if (duplicates === "kept") return sorted;
  return sorted.filter((point, i) => sorted[i + 1]?.ts !== point.ts);
}

function* collected(stack: Stack, site: HfilesSite, map: ItemMap, token: Token): Generator<Found> {
  const store = asText(map.get("store") ?? null, "HFFETCH missing 'store'.");
  const fits = filterOf(stack, map, token);
  for (const file of site.filesOf(store)) {
    for (const frame of site.framesOf(store, file)) {
      if (fits(frame)) yield { frame, points: [...frame.points] };
    }
  }
}

/** All frames of a series as one. */
function merged(found: Iterable<Found>, duplicates: "kept" | "last"): Found[] {
  const bySeries = new Map<string, Found>();
  for (const one of found) {
    const key = keyOf(one.frame);
    const known = bySeries.get(key);
    if (known === undefined) bySeries.set(key, one);
    else known.points = known.points.concat(one.points);
  }
  for (const one of bySeries.values()) one.points = ordered(one.points, duplicates);
  return [...bySeries.values()];
}

function metaOf({ className, labels, attributes }: Frame, token: Token): Meta {
  const visible = [...labels].filter(([name]) => token.exposed || !HIDDEN_LABELS.has(name));
  return {
    className,
    labels: new Map(visible),
    attributes: new Map(attributes),
    lastActivityMs: 0,
  };
}

function numberOf(map: ItemMap, name: string, standard: bigint): number {
  const given = map.get(name) ?? standard;
  return Number(asLong(given, `HFFETCH invalid type for '${name}'.`));
}

/** Leaves a list of encoders, or of GTS where `encoders` is false. */
export function* fetchWord(stack: Stack, site: HfilesSite): Steps {
  const map = asMap(stack.pop(), "HFFETCH expects a map on top of the stack.");
  const store = asText(map.get("store") ?? null, "HFFETCH missing 'store'.");
  demandCapability(stack, site.settings, "HFFETCH", store);
  const token = fetchToken(stack, "HFFETCH", map);
  const asked = askedRange(stack, "HFFETCH", map);
  const range = site.settings.tokenAttributes
    ? narrowRange(stack.context, token, asked, true)
    : asked;
  const whole = map.get("merge") !== false || site.settings.duplicates === "last";
  const all = collected(stack, site, map, token);
  const found = whole ? merged(all, site.settings.duplicates) : [...all];
  const skip = numberOf(map, "gskip", 0n);
  const page = found.slice(skip, skip + numberOf(map, "gcount", LONG_MAX));
  const result: (Encoder | Gts)[] = [];
  for (const { frame, points: stored } of page) {
    const clipped = inside(stored, range, map.get("clip") !== false);
    const points = range.count === undefined ? clipped : clipped.slice(0, Number(range.count));
    if (points.length === 0) continue;
    if (site.settings.fetched) {
      stack.countSeries("HFFETCH");
      stack.countPoints("HFFETCH", points.length);
    }
    result.push(resultOf(metaOf(frame, token), points, map.get("encoders") !== false));
    if (stack.tick()) yield* stack.rest();
  }
  stack.push(result);
}

function resultOf(meta: Meta, points: readonly Point[], asEncoder: boolean): Encoder | Gts {
  if (!asEncoder) {
    const gts = new Gts(meta);
    for (const point of points) gts.add(point);
    return gts;
  }
  const encoder = new Encoder(meta);
  for (const point of points) encoder.added.push(point);
  return encoder;
}
