// The archive's view of a period: which seal's value counts where several hold a point (design §3, "The archive's
// view"). Later wins, and "later" means "had seen the other before its own first hot read". Pure.
import type { Quoted, Seal } from "./records.ts";

/** A seal in the view. */
export interface ViewSeal {
  readonly quote: Quoted;
  readonly seal: Seal;
}

/** An order of seals: what overrides what. */
export interface ViewOrder {
  /** Whether seal `a`'s value wins over seal `b`'s where both hold a point. */
  overrides(a: string, b: string): boolean;
}

/** A purge intent that rests on some seals, and the range it covers. */
export interface ViewIntent {
  readonly key: string;
  readonly seals: readonly string[];
}

/**
 * Orders seals by what they saw, transitively. After the first purge intent, a seal that neither is named by it nor
 * saw it adds points but overrides nothing.
 */
export function orderView(seals: readonly ViewSeal[], firstIntents: readonly ViewIntent[]): ViewOrder {
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
  const onlyAdds = (key: string): boolean =>
    firstIntents.some(
      (intent) =>
        !intent.seals.includes(key) && !(byKey.get(key)?.sawIntents ?? []).includes(intent.key),
    );
  return {
    overrides: (a, b) => {
      if (onlyAdds(a) !== onlyAdds(b)) return onlyAdds(b);
      return sawAll(a).has(b);
    },
  };
}

/** The seals that nothing else in `holders` overrides: where there are several, they must agree. */
export function maximal(order: ViewOrder, holders: readonly string[]): string[] {
  return holders.filter((key) => !holders.some((other) => other !== key && order.overrides(other, key)));
}
