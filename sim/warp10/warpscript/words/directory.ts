// Series into a script: FIND, and what FETCH shares with it (facts warp10 §2.2).
import { UNITS_PER_MS } from "../../../../src/warp10/range.ts";
import { narrowActivity } from "../../egress/query.ts";
import { page, scoped, seriesFor } from "../../egress/select.ts";
import { parseSelector } from "../../selector.ts";
import type { SelectorText } from "../../selector.ts";
import type { Series } from "../../store/series.ts";
import type { ActivityBounds } from "../../store/store.ts";
import type { Token } from "../../tokens.ts";
import { JavaError } from "../../values.ts";
import { Encoder, Gts } from "../items.ts";
import type { Item, ItemMap, Meta, Steps, Word } from "../items.ts";
import type { Stack } from "../stack.ts";
import { asLabels, asList, asLong, asText, word } from "./args.ts";

/** A series' name and facts, as a token sees them. */
export function metaOf(series: Series, exposed: boolean): Meta {
  return {
    className: series.className,
    labels: new Map(series.visibleLabels(exposed)),
    attributes: new Map(series.attributes),
    lastActivityMs: series.lastActivityMs,
  };
}

/** The read token that a word was given. Throws a JavaError that says why it was refused. */
export function readToken(stack: Stack, name: string, item: Item | undefined): Token {
  const text = asText(item ?? null, `${name} given invalid parameters.`);
  try {
    return stack.context.tokens.read(text);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new JavaError(`${name} given an invalid read token.`, error);
  }
}

function selectorOf(item: Item, name: string): SelectorText {
  const parsed = parseSelector(asText(item, `${name} expects a selector as a STRING.`));
  if (parsed === undefined) throw new JavaError(`${name} invalid syntax for selector.`);
  return parsed;
}

/** Series named by `gts`, `selectors`, `selector`, or `class` and `labels`; each once. */
export function* seriesAsked(
  stack: Stack,
  name: string,
  map: ItemMap,
  token: Token,
  bounds: ActivityBounds,
): Generator<Series> {
  const given = map.get("gts");
  if (given !== undefined) return yield* seriesNamed(stack, name, given, token);
  const selectors = selectorsOf(name, map);
  const met = new Set<Series>();
  const skip = map.get("gskip");
  const count = map.get("gcount");
  function* all(): Generator<Series> {
    for (const selector of selectors) {
      for (const series of seriesFor(stack.context, token, selector, bounds)) {
        if (!met.has(series)) yield series;
        if (selectors.length > 1) met.add(series);
      }
    }
  }
  yield* page(
    all(),
    skip === undefined ? undefined : asLong(skip, "Invalid type for parameter 'gskip'."),
    count === undefined ? undefined : asLong(count, "Invalid type for parameter 'gcount'."),
  );
}

/** The selectors that a map names. */
export function selectorsOf(name: string, map: ItemMap): SelectorText[] {
  const several = map.get("selectors");
  if (several !== undefined) {
    return asList(several, "Invalid type for parameter 'selectors'.").map((one) =>
      selectorOf(one, name),
    );
  }
  const one = map.get("selector");
  if (one !== undefined) return [selectorOf(one, name)];
  const className = map.get("class");
  const labels = map.get("labels");
  if (className === undefined || labels === undefined) {
    throw new JavaError(`${name} Missing 'selector' or 'class' and 'labels'.`);
  }
  const texts = new Map<string, string>();
  for (const [label, value] of asLabels(labels, "Invalid type for parameter 'labels'.")) {
    texts.set(label, /^[=~]/.test(value) ? value : `=${value}`);
  }
  return [{ className: asText(className, "Invalid type for parameter 'class'."), labels: texts }];
}

/**
 * Exactly the series of these GTS: what they lack of producer, owner and application the token
 * says.
 */
function* seriesNamed(stack: Stack, name: string, given: Item, token: Token): Generator<Series> {
  const { owners = [], producers = [], applications = [] } = token.spec;
  const [application] = applications;
  if (application === undefined || applications.length !== 1) {
    throw new JavaError(`${name} given a token that does not name exactly one application.`);
  }
  for (const item of asList(given, "Invalid type for parameter 'gts'.")) {
    if (!(item instanceof Gts) && !(item instanceof Encoder)) {
      throw new JavaError("Invalid type for parameter 'gts'.");
    }
    const labels = new Map(item.meta.labels);
    const owner = labels.get(".owner") ?? owners[0];
    const producer = labels.get(".producer") ?? producers[0] ?? owner;
    if (owner === undefined || producer === undefined) {
      throw new JavaError(`${name} given a token that names no owner.`);
    }
    if (owners.length > 0 && !owners.includes(owner)) continue;
    if (producers.length > 0 && !producers.includes(producer)) continue;
    labels.set(".owner", owner).set(".producer", producer).set(".app", application);
    const series = stack.context.store.listed(item.meta.className, labels);
    if (series !== undefined) yield series;
  }
}

/** The map, or the list of token, class and labels, that a word of the directory takes. */
export function directoryMap(stack: Stack, name: string): ItemMap {
  const top = stack.pop();
  if (top instanceof Map) return top;
  const list = asList(top, `${name} expects a list or a map on top of the stack.`);
  const [token = null, className = null, labels = null] = list;
  return new Map<Item, Item>([
    ["token", token],
    ["class", className],
    ["labels", labels],
  ]);
}

function* find(stack: Stack): Steps {
  const map = directoryMap(stack, "FIND");
  const token = readToken(stack, "FIND", map.get("token"));
  if (token.attributes[".nofind"] !== undefined) {
    throw new JavaError("FIND token cannot be used for finding metadata.");
  }
  const result: Item[] = [];
  const series = seriesAsked(stack, "FIND", map, token, boundsOf(stack, map, token));
  for (const one of scoped(stack.context, token, series)) {
    stack.countSeries("FIND");
    result.push(new Gts(metaOf(one, token.exposed)));
    if (stack.tick()) yield* stack.rest();
  }
  stack.push(result);
}

function boundsOf(stack: Stack, map: ItemMap, token: Token): ActivityBounds {
  const perMs = UNITS_PER_MS[stack.context.config.unit];
  const ms = (name: string): bigint | undefined => {
    const item = map.get(name);
    return item === undefined ? undefined : asLong(item, `Invalid type for '${name}'.`) / perMs;
  };
  return narrowActivity(stack.context, token, {
    activeAfter: ms("active.after"),
    quietAfter: ms("quiet.after"),
  });
}

/** Words of this file. */
export const DIRECTORY_WORDS: readonly Word[] = [word("FIND", find)];
