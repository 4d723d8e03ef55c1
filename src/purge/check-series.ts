// Which series a delete would touch (D, the delete token's dry run), against what the read token
// lists (R) and what was sealed (design §3): D ⊆ R, both ⊇ sealed. Reading and deleting do not see
// the same series (facts warp10 trap 1).
import type { ListedSeries } from "../warp10/series.ts";
import { identityOf } from "../warp10/series.ts";
import { type CheckLine, no, yes } from "./check.ts";

/** Series of a listing by identity; a Map, so that attributes stay at hand. */
export type SeriesSet = ReadonlyMap<string, ListedSeries>;

/** Collects a listing; undefined when two series print alike. */
export async function collectSeries(
  listing: AsyncIterable<ListedSeries>,
): Promise<{ series: SeriesSet; alike: string | undefined }> {
  const series = new Map<string, ListedSeries>();
  let alike: string | undefined;
  for await (const item of listing) {
    const identity = identityOf(item);
    if (series.has(identity)) alike ??= identity;
    series.set(identity, item);
  }
  return { series, alike };
}

/** Judges D and R against each other and against the sealed lists. Pure. */
export function judgeSeries(
  d: { series: SeriesSet; alike: string | undefined },
  r: { series: SeriesSet; alike: string | undefined },
  sealed: ReadonlySet<string>,
): CheckLine {
  const check = "series of delete and read";
  const needed = "every series of the delete is readable; no sealed series is missing";
  const alike = d.alike ?? r.alike;
  if (alike) {
    return no("wait", check, `two series print as ${alike}`, needed, {
      next: "use tokens with the attribute .expose",
    });
  }
  const hidden = [...d.series.keys()].find((identity) => !r.series.has(identity));
  if (hidden) {
    return no(
      "wait",
      check,
      `the delete would touch ${hidden}, which the read token does not list`,
      needed,
      {
        next:
          "use tokens of one owner and application, with .expose, " +
          "and a read token without producers",
      },
    );
  }
  const missing = [...sealed].find((id) => !d.series.has(id) || !r.series.has(id));
  if (missing) {
    return no(
      "retry",
      check,
      `${missing} was sealed and is not listed: the listing was cut`,
      needed,
    );
  }
  return yes(check, `${d.series.size} series, all readable`, needed);
}
