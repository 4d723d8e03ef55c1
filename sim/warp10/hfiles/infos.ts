// The infos of a file, under whatever names the switches give its fields.
import type { Item } from "../warpscript/items.ts";
import type { InfoNames } from "./options.ts";
import type { FileFacts } from "./site.ts";

/** Infos as a script sees them. */
export function infosOf(facts: FileFacts, names: InfoNames): Map<Item, Item> {
  const infos = new Map<Item, Item>();
  const put = (name: string, value: Item): void => {
    if (name !== "") infos.set(name, value);
  };
  put(names.path, facts.path);
  put(names.size, BigInt(facts.size));
  put(names.series, BigInt(facts.series));
  put(names.points, BigInt(facts.points));
  if (facts.oldest !== undefined) put(names.oldest, facts.oldest);
  if (facts.newest !== undefined) put(names.newest, facts.newest);
  if (facts.attributes !== undefined) infos.set("attributes", facts.attributes);
  if (facts.tags !== undefined) infos.set("tags", facts.tags);
  return infos;
}
