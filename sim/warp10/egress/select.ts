// The series that a read token's request names.
import type { Context } from "../context.ts";
import { compileSelector, labelsMatch, parseSelector } from "../selector.ts";
import type { SelectorText } from "../selector.ts";
import type { Series } from "../store/series.ts";
import type { ActivityBounds } from "../store/store.ts";
import { narrowToReader, scopeOf } from "../tokens.ts";
import type { Token } from "../tokens.ts";

/** Series that one selector names and a read token may see. Throws a JavaError for a bad regex. */
export function* seriesFor(
  context: Context,
  token: Token,
  text: SelectorText,
  bounds: ActivityBounds,
): Generator<Series> {
  narrowToReader(text, token);
  yield* scoped(context, token, context.store.find(compileSelector(text), bounds));
}

/** Series cut down to a token's `.scope`. */
export function* scoped(
  context: Context,
  token: Token,
  series: Iterable<Series>,
): Generator<Series> {
  const scope = scopeOf(token);
  for (const one of series) {
    if (
      scope === undefined ||
      (scope.classMatcher.test(one.className) &&
        labelsMatch(scope, one.labels, one.attributes, context.config.absentLabelSupport))
    ) {
      yield one;
    }
  }
}

/** Whitespace separates selectors in /fetch and /find; undefined where one of them is none. */
export function parseSelectors(text: string): SelectorText[] | undefined {
  const parsed: SelectorText[] = [];
  for (const part of text.split(/\s+/)) {
    const selector = parseSelector(part);
    if (selector === undefined) return undefined;
    parsed.push(selector);
  }
  return parsed;
}

/** Applies gskip and gcount, which force the alphabet's order. */
export function page(
  series: Iterable<Series>,
  skip: bigint | undefined,
  count: bigint | undefined,
): Iterable<Series> {
  if (skip === undefined && count === undefined) return series;
  const sorted = [...series].toSorted((a, b) => (a.name(true) < b.name(true) ? -1 : 1));
  const from = Number(skip ?? 0n);
  return sorted.slice(from, count === undefined ? undefined : from + Number(count));
}
