// The archive's view of a period: which seal's value counts where several hold a point (design §3,
// "The archive's view"). Later wins, and "later" means "had seen the other before its own first hot
// read". Pure.
import { batchFamily } from "./keys.ts";
import { type Lineage, mayShare } from "./lineage.ts";
import type { Range } from "../warp10/range.ts";
import type { Quoted, Seal } from "./records.ts";

/** A seal in the view. */
export interface ViewSeal {
  readonly quote: Quoted;
  readonly seal: Seal;
}

/** An order of seals: what overrides what. */
export interface ViewOrder {
  /**
   * Whether seal `a`'s value wins over seal `b`'s for a point that both hold, and all of `holders`
   * where these are said: that they hold it tells which purges can have touched it.
   */
  overrides(a: string, b: string, holders?: readonly string[]): boolean;
}

/** A purge intent that rests on some seals, and the range it covers. */
export interface ViewIntent extends Lineage {
  readonly key: string;
  readonly range: Range;
  readonly seals: readonly string[];
}

/**
 * Orders seals by what they saw, transitively. In a purged range a seal that neither is named by
 * the intent nor saw it adds points but overrides nothing: what hot held at the delete is what the
 * intent's own seals say. That holds for each intent on record, not for a batch's first alone: a
 * batch may be purged in several ranges, one intent each.
 */
export function orderView(seals: readonly ViewSeal[], intents: readonly ViewIntent[]): ViewOrder {
  const byKey = new Map(seals.map((s) => [s.quote.key, s.seal]));
  const reach = new Map<string, ReadonlySet<string>>();
  const sawAll = (key: string): ReadonlySet<string> => {
    const known = reach.get(key);
    if (known) return known;
    const found = new Set<string>();
    reach.set(key, found);
    for (const seen of byKey.get(key)?.saw ?? []) {
      found.add(seen);
      for (const further of sawAll(seen)) found.add(further);
    }
    return found;
  };
  const near = intentsNear(intents);
  const frozenBy = new Map<string, readonly ViewIntent[]>();
  const freezing = (key: string): readonly ViewIntent[] => {
    const seal = byKey.get(key);
    const known = frozenBy.get(key) ?? (seal ? intentsBeyond(key, seal, near(seal)) : []);
    frozenBy.set(key, known);
    return known;
  };
  const onlyAdds = (key: string, holders: readonly string[]): boolean =>
    freezing(key).some((intent) => holders.every((h) => concerns(intent, byKey.get(h))));
  return {
    overrides: (a, b, holders = [a, b]) => {
      const [aAdds, bAdds] = [onlyAdds(a, holders), onlyAdds(b, holders)];
      if (aAdds !== bAdds) return bAdds;
      return sawAll(a).has(b);
    },
  };
}

/**
 * Gives the intents that may concern a seal without looking at each: of its batch and what that was
 * split from, and of other plans and supplements. A plan has thousands of batches.
 */
function intentsNear(intents: readonly ViewIntent[]): (seal: Seal) => readonly ViewIntent[] {
  const byBatch = Map.groupBy(intents, (i) => i.batch);
  const byFamily = Map.groupBy(intents, (i) => batchFamily(i.batch));
  return ({ batch, parents }) => {
    const line = [batch, ...parents];
    const own = new Set(line.map(batchFamily));
    const others = [...byFamily].filter(([family]) => !own.has(family));
    return [...line.flatMap((b) => byBatch.get(b) ?? []), ...others.flatMap(([, of]) => of)];
  };
}

/** Purges of a seal's range that neither rest on it nor were seen by it. */
const intentsBeyond = (
  key: string,
  seal: Seal,
  intents: readonly ViewIntent[],
): readonly ViewIntent[] =>
  intents.filter(
    (intent) =>
      concerns(intent, seal) &&
      !intent.seals.includes(key) &&
      !seal.sawIntents.includes(intent.key),
  );

/** Whether a delete can have touched what a seal holds; of a seal that is gone: it can. */
function concerns(intent: ViewIntent, seal: Seal | undefined): boolean {
  if (!seal) return true;
  const { range } = intent;
  if (range.start > BigInt(seal.range.end) || range.end < BigInt(seal.range.start)) return false;
  return mayShare(intent, seal);
}

/** The seals that nothing else in `holders` overrides: where there are several, they must agree. */
export function maximal(order: ViewOrder, holders: readonly string[]): string[] {
  return holders.filter(
    (key) => !holders.some((other) => other !== key && order.overrides(other, key, holders)),
  );
}
