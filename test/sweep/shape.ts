// What a crash left behind, with the ids that every run draws anew taken out: two crashes of one
// command with the same shape go on in the same way, and only the first of them is followed.
import { createHash } from "node:crypto";
import { BUCKET, type World } from "../../sim/world.ts";
import type { Moment } from "./stage.ts";

/** Random ids, digests, and the time of day within a record. */
const DRAWN = /[0-9a-f]{8,}|\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** A digest of what hot and bucket hold more or less than at a moment before. */
export function shapeSince(world: World, moment: Moment): string {
  const known = knownIn(moment);
  const plain = (text: string): string =>
    text.replaceAll(DRAWN, (drawn) => (known.has(drawn) ? drawn : "#"));
  const lines: string[] = [];
  for (const [key, { bytes }] of world.cellar.objects(BUCKET)) {
    if (moment.objects.has(key)) continue;
    // Data objects are whole or not there; records are told apart by what they say.
    const said = key.endsWith(".json") ? plain(bytes.toString("utf8")) : "";
    lines.push(`${plain(key)} ${said}`);
  }
  for (const series of world.warp10.store.all()) {
    lines.push(`${series.name(true)} ${series.points} ${series.listed}`);
  }
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex");
}

const knownOf = new WeakMap<Moment, ReadonlySet<string>>();

/** What was drawn before the moment: that one record quotes another of then is told apart. */
function knownIn(moment: Moment): ReadonlySet<string> {
  const before = knownOf.get(moment);
  if (before) return before;
  const known = new Set<string>();
  for (const [key, bytes] of moment.objects) {
    const said = key.endsWith(".json") ? bytes.toString("utf8") : "";
    for (const [drawn] of `${key} ${said}`.matchAll(DRAWN)) known.add(drawn);
  }
  knownOf.set(moment, known);
  return known;
}
