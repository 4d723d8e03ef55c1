// list --emptied: series that the server lists and that hold no point at any time. The tool never
// unlists a series: no gate can prove an unbounded delete (design §3, "Between flows"). This list
// is for the operator's own cleaning.
import { indexPeriods, readRuling } from "../cellar/snapshot.ts";
import { purgeDigest } from "../flow/digest.ts";
import { thinningOf } from "../report/token-attributes.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { startProgress } from "../runtime/progress.ts";
import { openHot, type OpenHot } from "../warp10/client.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import { encodeSelector } from "../warp10/selector.ts";
import { identityOf, type ListedSeries } from "../warp10/series.ts";
import { formatHeading } from "../warp10/text/write.ts";
import { assertDestinations } from "./destinations.ts";
import { type FlowFile, openStore, secret } from "./open.ts";
import { readLimitsOf } from "./read-limits.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** Lists the emptied series of a flow, group by group: memory holds one group's identities. */
export async function listEmptied(inv: Invocation, at: FlowFile): Promise<VerbResult> {
  await assertDestinations(inv, at);
  const hot = openHot({
    url: at.flow.source.warp10,
    readToken: secret(inv, at.flow.source.readToken, "read token"),
    clock: inv.io.clock,
    log: inv.log,
  });
  const limits = readLimitsOf(inv, at.flow.run.timeoutMs);
  try {
    await assertNotThinned(inv, hot, limits);
    const selectors = await selectorsOf(inv, at);
    // By identity: two selectors of a flow may select one series.
    const emptied = new Map<string, ListedSeries>();
    let listed = 0;
    const progress = startProgress(
      "look through",
      selectors.length,
      inv.io.clock,
      inv.log,
      inv.io.terminal,
    );
    try {
      for (const selector of selectors) {
        const group = await readGroup(hot, selector, limits);
        listed += group.listed;
        for (const series of group.emptied) emptied.set(identityOf(series), series);
        progress.done(0n);
      }
    } finally {
      progress.end();
    }
    return resultOf(at.flow.name, listed, [...emptied.values()]);
  } finally {
    await hot.close();
  }
}

/** A token that shows less than there is would make full series look empty. */
async function assertNotThinned(inv: Invocation, hot: OpenHot, limits: ReadLimits): Promise<void> {
  const { attributes } = await hot.tokenFacts(limits);
  if (attributes === undefined) {
    inv.log.warn(
      "the server does not tell the read token's attributes (capability tokeninfo.attr): " +
        "with .start or .end among them, series that hold points would be listed here",
    );
    return;
  }
  const [first] = thinningOf(attributes);
  if (first === undefined) return;
  throw new CellarmanError("blocked", `the read token's ${first} hides points`, {
    hint: "Use a read token without it: series that hold points would be listed as emptied.",
  });
}

/**
 * The newest plan's groups, which cover the flow's selectors in portions; without a plan the
 * selectors themselves.
 */
async function selectorsOf(inv: Invocation, at: FlowFile): Promise<string[]> {
  const { flow } = at;
  const roots = flow.source.select.map(encodeSelector);
  const cold = await openStore(inv, at);
  try {
    const newest = (await indexPeriods(cold, flow.name)).at(-1);
    const ruling = newest && (await readRuling(cold, { flow: flow.name, period: newest.period }));
    if (!ruling || ruling.plan.value.purgeDigest !== purgeDigest(flow)) return roots;
    return [...new Set(ruling.plan.value.batches.map((b) => b.selector))];
  } finally {
    await cold.close();
  }
}

/**
 * Listed first, read second: a series that gets its first point in between is not taken for
 * emptied.
 */
async function readGroup(
  hot: OpenHot,
  selector: string,
  limits: ReadLimits,
): Promise<{ listed: number; emptied: ListedSeries[] }> {
  const series = new Map<string, ListedSeries>();
  for await (const one of hot.find(selector, limits)) series.set(identityOf(one), one);
  const listed = series.size;
  for await (const identity of hot.withPoints(selector, limits)) series.delete(identity);
  return { listed, emptied: [...series.values()] };
}

function resultOf(flow: string, listed: number, emptied: readonly ListedSeries[]): VerbResult {
  const names = emptied.map((s) => formatHeading(s.className, s.labels)).toSorted();
  return {
    exitCode: EXIT.done,
    text:
      names.map((name) => `${name}\n`).join("") || `${flow}: every listed series holds points.\n`,
    json: {
      flow,
      listed,
      emptied: emptied.map(({ className, labels, attributes }) => ({
        class: className,
        labels,
        attributes,
      })),
    },
  };
}
