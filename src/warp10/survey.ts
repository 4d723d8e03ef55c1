// Surveying the server before a plan: how many series, which values, and proof that groups hold
// what the root lists. Listings are streamed; what is kept is a count per value, and one group's
// hashes (facts warp10 §13: 26 µs a series).
import { coverageByMerge, coverageBySums, HASH_BYTES } from "../plan/coverage.ts";
import type { ValueCounts } from "../plan/groups.ts";
import { IdentitySum } from "../plan/identity-sum.ts";
import type { Coverage } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Hot } from "./hot.ts";
import { encodeSelector, type Selector } from "./selector.ts";
import { identityHash, identityOf } from "./series.ts";
import { HashSpool, inSpoolFolder, mergeSpools } from "./spool.ts";

/**
 * Distinct values of `by-label` (or class names) of which counts are kept: about 200 MB at the
 * most.
 */
export const VALUES_MAX = 1_000_000;

/** What one pass over the root selector tells. */
export interface RootSurvey {
  readonly sum: IdentitySum;
  readonly counts: ValueCounts;
}

/** Lists one root selector and counts the values of a label (or classes, where it is null). */
export async function surveyRoot(
  hot: Hot,
  root: Selector,
  byLabel: string | null,
): Promise<RootSurvey> {
  const values = new Map<string, number>();
  const sum = new IdentitySum();
  let absent = 0;
  for await (const series of hot.find(encodeSelector(root))) {
    sum.add(identityHash(identityOf(series)));
    const value = byLabel === null ? series.className : series.labels[byLabel];
    if (value === undefined) absent++;
    else values.set(value, (values.get(value) ?? 0) + 1);
    if (values.size > VALUES_MAX) throw tooManyValues(byLabel);
  }
  return { sum, counts: { values, absent } };
}

const tooManyValues = (byLabel: string | null): CellarmanError =>
  new CellarmanError(
    "limit",
    byLabel === null
      ? `more than ${VALUES_MAX} different class names`
      : `more than ${VALUES_MAX} different values of label ${byLabel}`,
    { hint: "Choose a label with fewer values for batches.by-label." },
  );

/**
 * Lists one group; two series that print alike are an error, because no reader could tell them
 * apart.
 */
export async function surveyGroup(
  hot: Hot,
  selector: string,
  sink?: HashSpool,
): Promise<IdentitySum> {
  const sum = new IdentitySum();
  const seen = new Set<string>();
  for await (const series of hot.find(selector)) {
    const identity = identityOf(series);
    const hash = identityHash(identity);
    const short = hash.toString("latin1", 0, HASH_BYTES);
    if (seen.has(short)) throw printAlike(identity);
    seen.add(short);
    sum.add(hash);
    await sink?.add(hash);
  }
  return sum;
}

/** The error for two series that the server prints alike (facts warp10 §1.2, trap 8). */
export const printAlike = (identity: string): CellarmanError =>
  new CellarmanError("mismatch", `two series are listed as the same ${identity}`, {
    hint:
      "Two producers or owners wrote it: use a read token with the attribute .expose, " +
      "so that they differ.",
  });

/**
 * Proves that groups hold what roots list; lists everything again, onto disk, when sums alone
 * cannot tell. Sums cannot tell root selectors that overlap, because each brings groups of its own:
 * then the groups' hashes go to disk at once, and none may be there twice.
 */
export async function proveCoverage(
  hot: Hot,
  roots: readonly Selector[],
  rootSum: IdentitySum,
  groups: readonly string[],
  listed: (group: number, series: bigint) => void,
): Promise<Coverage> {
  return inSpoolFolder(async (folder) => {
    const spool = roots.length > 1 ? new HashSpool(folder, "listed") : undefined;
    const groupSum = new IdentitySum();
    for (const [i, selector] of groups.entries()) {
      const sum = await surveyGroup(hot, selector, spool);
      listed(i, sum.count);
      groupSum.merge(sum);
    }
    const bySums = coverageBySums(rootSum, groupSum, groups.length);
    if (!bySums) return proveByMerge(hot, roots, rootSum.count, groups);
    if (spool) await assertOnce(spool, new HashSpool(folder, "nothing"));
    return bySums;
  });
}

async function assertOnce(listed: HashSpool, nothing: HashSpool): Promise<void> {
  const { twice } = await mergeSpools(nothing, listed);
  if (twice > 0n) throw uncovered(`${twice} series are in more than one group`);
}

async function proveByMerge(
  hot: Hot,
  roots: readonly Selector[],
  known: bigint,
  groups: readonly string[],
): Promise<Coverage> {
  return inSpoolFolder(async (folder) => {
    const rootSpool = new HashSpool(folder, "root");
    const groupSpool = new HashSpool(folder, "groups");
    const [rootSum, groupSum] = [new IdentitySum(), new IdentitySum()];
    for (const root of roots)
      rootSum.merge(await surveyGroup(hot, encodeSelector(root), rootSpool));
    for (const group of groups) groupSum.merge(await surveyGroup(hot, group, groupSpool));
    // Series only come: a second listing with fewer of them was cut short, as the groups' may have
    // been.
    if (rootSum.count < known)
      throw uncovered(`${known} series were listed, then ${rootSum.count}`);
    const merged = await mergeSpools(rootSpool, groupSpool);
    const proven = coverageByMerge(rootSum, groupSum, groups.length, merged);
    if (typeof proven === "string") throw uncovered(proven);
    return proven;
  });
}

const uncovered = (why: string): CellarmanError =>
  new CellarmanError("mismatch", `the groups do not cover the selection: ${why}`, {
    hint:
      "Selectors under source.select must not overlap; a label that some series have only as an " +
      "attribute, or a server without warp10.absent.label.support, cannot be cut by: choose " +
      "another batches.by-label.",
  });
