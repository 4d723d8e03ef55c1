// FETCH: points into a script (facts warp10 §2.1).
import { UNITS_PER_MS } from "../../../../src/warp10/range.ts";
import {
  narrowActivity,
  narrowRange,
  parseMoment,
  parseSpan,
  resolveRange,
} from "../../egress/query.ts";
import type { ReadRange } from "../../egress/query.ts";
import { countRows, rowsOf } from "../../egress/rows.ts";
import { scoped } from "../../egress/select.ts";
import type { RowOptions } from "../../egress/rows.ts";
import type { Series } from "../../store/series.ts";
import type { Slice } from "../../store/chunk.ts";
import type { Token } from "../../tokens.ts";
import { JavaError } from "../../values.ts";
import { Encoder, Gts, gtsTypeOf } from "../items.ts";
import type { Item, ItemMap, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asLong, asText, word } from "./args.ts";
import { metaOf, readToken, seriesAsked } from "./directory.ts";

/** What one FETCH, or a word like it, was given. */
export interface Asked {
  readonly map: ItemMap;
  readonly token: Token;
  readonly range: ReadRange;
}

function momentOf(stack: Stack, item: Item | undefined): bigint | undefined {
  if (item === undefined || item === null) return undefined;
  if (typeof item === "bigint") return item;
  return parseMoment(stack.context, asText(item, "FETCH expects times as LONG or STRING."));
}

function longOf(map: ItemMap, name: string): bigint | undefined {
  const item = map.get(name);
  if (item === undefined) return undefined;
  return asLong(item, `Invalid type for parameter '${name}'.`);
}

/**
 * The list form: token, class, labels, then end and timespan (or count, negative), or two ISO 8601
 * texts.
 */
function mapOfList(list: readonly Item[]): ItemMap {
  const [token = null, className = null, labels = null, first = null, second = null] = list;
  if (list.length < 5) throw new JavaError("FETCH expects a list of at least 5 elements.");
  const map = new Map<Item, Item>([
    ["token", token],
    ["class", className],
    ["labels", labels],
  ]);
  if (typeof first === "string" && typeof second === "string") {
    return map.set("start", first).set("end", second);
  }
  return map.set("end", first).set("timespan", second);
}

function asked(stack: Stack): Asked {
  const top = stack.pop();
  let map: ItemMap;
  if (Array.isArray(top)) map = mapOfList(top);
  else if (top instanceof Map) map = top;
  else throw new JavaError("FETCH expects a list or a map on top of the stack.");
  const token = fetchToken(stack, "FETCH", map);
  const range = askedRange(stack, "FETCH", map);
  return { map, token, range: narrowRange(stack.context, token, range, true) };
}

/** The token of a word that fetches. Throws a JavaError where it may not. */
export function fetchToken(stack: Stack, name: string, map: ItemMap): Token {
  const token = readToken(stack, name, map.get("token"));
  if (token.attributes[".nofetch"] !== undefined || token.attributes[".nofind"] !== undefined) {
    throw new JavaError(`${name} token cannot be used for fetching data.`);
  }
  return token;
}

/** The range that a map asks for. Throws a JavaError where it is none. */
export function askedRange(stack: Stack, name: string, map: ItemMap): ReadRange {
  try {
    const span = map.get("timespan");
    return resolveRange({
      start: momentOf(stack, map.get("start")),
      end: momentOf(stack, map.get("end")),
      timespan: typeof span === "string" ? parseSpan(stack.context, span) : longOf(map, "timespan"),
      count: longOf(map, "count"),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JavaError(`${name} given invalid parameters.`, new JavaError(why));
  }
}

/** skip, step, timestep, sample and boundaries. */
export function rowOptions(map: ItemMap): RowOptions {
  const number = (...names: string[]): number | undefined => {
    const found = names.map((name) => longOf(map, name)).find((value) => value !== undefined);
    return found === undefined ? undefined : Number(found);
  };
  const sample = map.get("sample");
  return {
    skip: number("skip"),
    step: number("step"),
    timestep: longOf(map, "timestep"),
    sample: typeof sample === "number" ? sample : undefined,
    pre: number("boundary.pre", "boundary"),
    post: number("boundary.post", "boundary"),
  };
}

/** The series that a map asks for, cut down to what its token may see. */
export function found(
  stack: Stack,
  name: string,
  { map, token }: Pick<Asked, "map" | "token">,
): Iterable<Series> {
  const perMs = UNITS_PER_MS[stack.context.config.unit];
  const ms = (name: string): bigint | undefined => {
    const units = longOf(map, name);
    return units === undefined ? undefined : units / perMs;
  };
  const bounds = narrowActivity(stack.context, token, {
    activeAfter: ms("active.after"),
    quietAfter: ms("quiet.after"),
  });
  return scoped(stack.context, token, seriesAsked(stack, name, map, token, bounds));
}

function* fetchPoints(stack: Stack): Steps {
  const ask = asked(stack);
  const options = rowOptions(ask.map);
  const result: (Encoder | Gts)[] = [];
  const make = makerOf(ask.map, result);
  for (const series of found(stack, "FETCH", ask)) {
    stack.countSeries("FETCH");
    const rows = rowsOf(series, ask.range, options);
    const points = countRows(rows);
    stack.countPoints("FETCH", points);
    if (points > 0 || ask.map.get("keepempty") === true) make(series, ask.token, rows);
    if (stack.tick()) yield* stack.rest();
  }
  stack.push(result);
}

type Maker = (series: Series, token: Token, rows: Slice[]) => void;

/**
 * Encoders keep each point's type; GTS take the newest point's for all, or one GTS for each type
 * (`typeattr`).
 */
function makerOf(map: ItemMap, result: (Encoder | Gts)[]): Maker {
  const typeAttribute = map.get("typeattr");
  if (map.get("encoders") === true) {
    return (series, token, rows) => {
      const previous = result.at(-1);
      if (map.get("merge") === false && rows.length > 0) {
        // One encoder for each storage chunk, the newest first.
        for (const slice of rows.toReversed()) {
          result.push(new Encoder(metaOf(series, token.exposed), [slice]));
        }
      } else if (previous instanceof Encoder && alike(previous, series, token)) {
        previous.absorb(rows);
      } else {
        result.push(new Encoder(metaOf(series, token.exposed), rows));
      }
    };
  }
  return (series, token, rows) => {
    const points = [...new Encoder(metaOf(series, token.exposed), rows).points()];
    if (typeof typeAttribute === "string") {
      const byType = Map.groupBy(points, (point) => gtsTypeOf(point.value));
      for (const [type, ofType] of byType) {
        const gts = new Gts(metaOf(series, token.exposed));
        gts.meta.attributes.set(typeAttribute, type);
        for (const point of ofType) gts.add(point);
        result.push(gts);
      }
      return;
    }
    const previous = result.at(-1);
    const merges = previous instanceof Gts && alike(previous, series, token);
    const gts = merges ? previous : new Gts(metaOf(series, token.exposed));
    for (const point of points) gts.add(point);
    if (!merges) result.push(gts);
  };
}

/** Whether a token cannot tell two series apart: FETCH takes them for one (facts warp10 §2.1). */
function alike({ meta }: Encoder | Gts, series: Series, token: Token): boolean {
  if (meta.className !== series.className) return false;
  const labels = series.visibleLabels(token.exposed);
  return (
    labels.length === meta.labels.size &&
    labels.every(([name, value]) => meta.labels.get(name) === value)
  );
}

/** Words of this file. */
export const FETCH_WORDS: readonly Word[] = [word("FETCH", fetchPoints)];
