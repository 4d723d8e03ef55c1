// The lists of seals that approvals name, and the digest that names a list.
import { canonicalJson } from "../ledger/canonical.ts";
import { type PeriodRef, periodPrefix, proposalKey } from "../ledger/keys.ts";
import type { Quoted } from "../ledger/records.ts";
import { type Proposed, proposedRecord } from "../ledger/receipts.ts";
import { randomId } from "../runtime/random.ts";
import type { Cold } from "./cold.ts";
import { readRecord, sha256Hex, writeRecord } from "./records.ts";

/** Exactly these seals, sorted by digest, and the period's digest. */
export interface SealList {
  readonly seals: Quoted[];
  readonly digest: string;
}

/** The digest that names a list of seals: SHA-256 over their sorted digests. */
export const periodDigest = (sorted: readonly string[]): string =>
  sha256Hex(canonicalJson([...sorted]));

/** The list of some seals. */
export function sealList(seals: readonly Quoted[]): SealList {
  const list = seals
    .map(({ key, sha256 }) => ({ key, sha256 }))
    .toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  return { seals: list, digest: periodDigest(list.map((s) => s.sha256)) };
}

/** Lists that were read, by bucket and digest: a digest always names the same seals. */
const known = new WeakMap<Cold, Map<string, Proposed>>();

/**
 * The list that a digest names; undefined: the ledger holds none that is whole. A list of 10,000
 * seals has 2 MB, and every batch of its period asks for it: it is read once.
 */
export async function readProposal(
  cold: Cold,
  at: PeriodRef,
  digest: string,
): Promise<Proposed | undefined> {
  const lists = known.get(cold) ?? new Map<string, Proposed>();
  known.set(cold, lists);
  const name = `${at.flow}/${at.period}/${digest}`;
  const list = lists.get(name) ?? (await findProposal(cold, at, digest));
  if (list) lists.set(name, list);
  return list;
}

async function findProposal(
  cold: Cold,
  at: PeriodRef,
  digest: string,
): Promise<Proposed | undefined> {
  for await (const { key } of cold.list(`${periodPrefix("proposals", at)}${digest}.`)) {
    const value = (await readRecord(cold, key, proposedRecord))?.value;
    const isIt = value?.flow === at.flow && value.period === at.period;
    if (isIt && sealList(value.seals).digest === digest) return value;
  }
  return undefined;
}

/** Writes a list down, unless it is there already. */
export async function writeProposal(
  cold: Cold,
  at: PeriodRef,
  process: string,
  { seals, digest }: SealList,
): Promise<void> {
  if (await readProposal(cold, at, digest)) return;
  const { flow, period } = at;
  const value = { schema: "cellarman/proposed/1" as const, flow, period, process, seals, digest };
  await writeRecord(cold, proposalKey(at, digest, randomId()), value, true);
}
