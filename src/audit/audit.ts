// The whole story of one point: what holds it, whose value counts, what let it be deleted and when,
// and whether the chain of receipts behind that is unbroken. Reads only.
import type { Cold } from "../cellar/cold.ts";
import type { Stored } from "../cellar/records.ts";
import { brokenLinks } from "../ledger/chain.ts";
import { parseBatchRecordKey, type PeriodRef } from "../ledger/keys.ts";
import type { LedgerRecord } from "../ledger/kinds.ts";
import type { Seal } from "../ledger/records.ts";
import type { Intent } from "../ledger/receipts.ts";
import { maximal } from "../ledger/view.ts";
import { viewOrder } from "../purge/view.ts";
import { readSeals } from "../report/sealed.ts";
import { samePoint } from "../verify/points.ts";
import { readEvidence } from "./evidence.ts";
import { findHolders, type Holder } from "./holders.ts";
import type { Question } from "./question.ts";

/** A holder, and whether its value is the one that a restore gives. */
export interface JudgedHolder extends Holder {
  readonly counts: boolean;
}

/** What the archive and its ledger say of a point. */
export interface Story {
  /** Canonical identity; empty where no seal lists the series. */
  readonly identity: string;
  readonly holders: readonly JudgedHolder[];
  /** Records of the series' batches, oldest first by the store's clock. */
  readonly records: readonly Stored<LedgerRecord>[];
  /** Purge intents whose range covers the point. */
  readonly intents: readonly Stored<Intent>[];
  /** What is wrong: with an object, with the view, with the chain. Empty: nothing. */
  readonly problems: readonly string[];
  /** Whether every quote in the chain finds the bytes that it quotes. */
  readonly unbroken: boolean;
}

/** Tells the story of one point. Throws "usage" where the name fits several series. */
export async function tellStory(cold: Cold, at: PeriodRef, question: Question): Promise<Story> {
  const { seals, wrong } = await readSeals(cold, at);
  const holders = await findHolders(cold, seals, question);
  const listing = holders.filter((h) => h.identity !== "");
  const batches = [...new Set(listing.map((h) => h.seal.value.batch))];
  const own = seals.filter((s) => batches.includes(s.value.batch));
  const { intents, records } = await readEvidence(cold, at, batches, own);
  const judged = judgeHolders(holders, own, intents);
  const lost = wrong.filter((w) => batches.includes(parseBatchRecordKey(w.seal)?.batch ?? ""));
  const concerns = isOf(batches, withdrawnOf(records));
  const broken = [...brokenLinks(records, concerns), ...unplanned(own, records)];
  return {
    identity: listing[0]?.identity ?? "",
    holders: judged,
    records,
    intents: intents.filter(({ value: { range } }) => covers(range, question.time)),
    problems: [
      ...holders.flatMap((h) => (h.wrong === undefined ? [] : [`${h.seal.key}: ${h.wrong}`])),
      ...lost.map((w) => `${w.seal}: ${w.why}`),
      ...disagreement(judged),
      ...broken,
    ],
    unbroken: broken.length === 0,
  };
}

const covers = (range: { start: string; end: string }, time: bigint): boolean =>
  BigInt(range.start) <= time && time <= BigInt(range.end);

/** Later wins: what nothing else that holds the point overrides counts (ledger/view.ts). */
function judgeHolders(
  holders: readonly Holder[],
  seals: readonly Stored<Seal>[],
  intents: readonly Stored<Intent>[],
): JudgedHolder[] {
  const holding = holders.filter((h) => h.place).map((h) => h.seal.key);
  const counting = maximal(viewOrder(seals, intents), holding);
  return holders.map((h) => ({ ...h, counts: counting.includes(h.seal.key) }));
}

/** Seals that did not see each other and differ: a further attempt is due. */
function disagreement(holders: readonly JudgedHolder[]): string[] {
  const [first, ...others] = holders.filter((h) => h.counts);
  const differing = others.find(
    (h) => h.place && first?.place && !samePoint(h.place.point, first.place.point),
  );
  if (!differing) return [];
  return [
    `${first?.seal.key} and ${differing.seal.key} hold other values, and neither saw the other`,
  ];
}

/** Quotes of these batches' records, manifests included; a withdrawn seal may be anything. */
function isOf(
  batches: readonly string[],
  withdrawn: ReadonlySet<string>,
): (key: string) => boolean {
  const wanted = new Set(batches);
  return (key) => !withdrawn.has(key) && key.split("/").some((segment) => wanted.has(segment));
}

const withdrawnOf = (records: readonly Stored<LedgerRecord>[]): Set<string> =>
  new Set(
    records.flatMap(({ value }) =>
      value.schema === "cellarman/withdrawn/1" ? [value.seal.key] : [],
    ),
  );

/** A seal names its plan by digest alone. */
function unplanned(
  seals: readonly Stored<Seal>[],
  records: readonly Stored<LedgerRecord>[],
): string[] {
  const plans = new Set(
    records.filter((r) => r.value.schema === "cellarman/plan/1").map((r) => r.sha256),
  );
  return seals
    .filter((s) => !plans.has(s.value.plan))
    .map((s) => `${s.key} rests on the plan ${s.value.plan}, which is not there`);
}
