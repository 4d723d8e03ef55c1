// A batch's chain: every receipt quotes, by key and SHA-256, what it rests on, so that a record
// that is taken away, put in or changed afterwards shows. Evidence for `audit`; no decision rests
// on it: the gate reads what permits and what forbids by itself. Pure.
import type { LedgerRecord } from "./kinds.ts";
import type { Quoted } from "./records.ts";

/** Kinds of which every record since the chain began quotes the ones before. */
const CHAINED: ReadonlySet<string> = new Set(
  ["approved", "intent", "purged", "ended", "reconciled", "closed"].map((k) => `cellarman/${k}/1`),
);

/** A batch's life in order: where the store's clock, which has seconds, says the same twice. */
const ORDER: readonly string[] = [
  "plan",
  "supplement",
  "manifest",
  "seal",
  "verified",
  "finding",
  "withdrawn",
  "approved",
  "intent",
  "purged",
  "ended",
  "reconciled",
  "closed",
].map((kind) => `cellarman/${kind}/1`);

/** Oldest first by the store's clock. */
export const inOrder = <T extends ChainRecord & { readonly lastModifiedMs: number }>(
  records: readonly T[],
): T[] =>
  records.toSorted(
    (a, b) =>
      a.lastModifiedMs - b.lastModifiedMs ||
      ORDER.indexOf(a.value.schema) - ORDER.indexOf(b.value.schema),
  );

/** What a record quotes of the records before it. */
export function linksOf(record: LedgerRecord): readonly Quoted[] {
  switch (record.schema) {
    case "cellarman/seal/1":
      return [record.manifest];
    case "cellarman/verified/1":
      return [record.seal];
    case "cellarman/approved/1":
    case "cellarman/reconciled/1":
      return [...record.seals, ...(record.previous ?? [])];
    case "cellarman/intent/1":
      return [...record.view, ...(record.previous ?? [])];
    case "cellarman/purged/1":
    case "cellarman/ended/1":
    case "cellarman/closed/1":
      return record.previous ?? [];
    default:
      return [];
  }
}

/** A record of a chain, as it lies in the bucket. */
export interface ChainRecord {
  readonly key: string;
  readonly sha256: string;
  readonly value: LedgerRecord;
}

/**
 * What is wrong with a chain, one sentence each; empty: unbroken. A quote outside of `concerns` is
 * not followed: an approval and a closed receipt quote the batches of a whole period.
 */
export function brokenLinks(
  chain: readonly ChainRecord[],
  concerns: (key: string) => boolean,
): string[] {
  const byKey = new Map(chain.map((record) => [record.key, record]));
  const problems: string[] = [];
  for (const { key, value } of chain) {
    if (CHAINED.has(value.schema) && !("previous" in value)) {
      problems.push(`${key} quotes nothing before it: a version without chains wrote it`);
    }
    for (const quote of linksOf(value)) {
      if (!concerns(quote.key)) continue;
      const there = byKey.get(quote.key);
      if (!there) problems.push(`${key} quotes ${quote.key}, which is not there`);
      else if (there.sha256 !== quote.sha256)
        problems.push(`${key} quotes other bytes of ${quote.key} than lie there`);
    }
  }
  return problems;
}
