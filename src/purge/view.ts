// The view that a delete rests on: which seals there are, whether each may be relied on, and what
// each holds.
import type { Cold } from "../cellar/cold.ts";
import { ifReadable, quoteOf, readNumbered, readRecord, type Stored } from "../cellar/records.ts";
import { sameFamily } from "../cellar/holds.ts";
import { withdrawnSeals } from "../cellar/withdrawn.ts";
import {
  type BatchRef,
  idOfKey,
  intentKey,
  markerKey,
  parseBatchRecordKey,
  periodPrefix,
} from "../ledger/keys.ts";
import {
  markerRecord,
  type Quoted,
  type Seal,
  sealRecord,
  verifiedRecord,
} from "../ledger/records.ts";
import { type Intent, intentRecord } from "../ledger/receipts.ts";
import { orderView, type ViewOrder } from "../ledger/view.ts";
import { overlap } from "../plan/slices.ts";
import type { Forge } from "../forge/forge.ts";
import type { Range } from "../warp10/range.ts";
import { approves, approvalsInForce, unapproved } from "./approval/in-force.ts";
import { type Approval, readApprovals } from "./approval/read.ts";
import type { GateCase } from "./check.ts";
import type { SealStanding } from "./decide.ts";

/**
 * An intent that the store dates later than this after its gate's read began freezes nothing: its
 * warrant was over (15 min), clocks differ by 5, and a signature lives 15. Within it no seal can
 * have cooled that its view does not know (the least `--gc-wait` is 4 h).
 */
const INTENT_IN_TIME_MS = 3_600_000;

/** The seals of a view, and how far each counts. */
export interface View {
  readonly seals: readonly Stored<Seal>[];
  readonly standing: readonly SealStanding[];
  /** Approvals that the standing rests on. */
  readonly approvals: readonly Quoted[];
  /** Approvals that are files on the default branch, each with its digest. */
  readonly approvalFiles: readonly string[];
  /** Verify receipts that the standing rests on. */
  readonly receipts: readonly Quoted[];
  /** Seals that a receipt or an intent names and that are gone. */
  readonly lost: readonly string[];
  /** Seals that a purge of the batch rests on: never withdrawn. */
  readonly restedOn: ReadonlySet<string>;
}

/**
 * Reads the view of a batch's range: every seal that a marker names and every one listed (design
 * §3). `forge` is asked where approvals are reviews.
 */
export async function readView(cold: Cold, gate: GateCase, forge?: Forge): Promise<View> {
  const restedOn = await sealsOfIntents(cold, gate);
  const keys = new Set([...(await sealKeys(cold, gate)), ...restedOn, ...gate.retiredSeals]);
  const withdrawn = await withdrawnSeals(cold, gate.at);
  const seals: Stored<Seal>[] = [];
  const lost: string[] = [];
  for (const key of [...keys].toSorted()) {
    // Withdrawn unread: what is withdrawn may be gone or garbled. What an intent rests on never is.
    if (withdrawn.has(key) && !restedOn.has(key)) continue;
    const seal = await readRecord(cold, key, sealRecord);
    if (!seal) {
      // A marker alone may name a seal that a crash kept from being written.
      if (restedOn.has(key) || (await isVerifiedSomewhere(cold, gate.at, key))) lost.push(key);
      continue;
    }
    if (overlap(rangeOf(seal.value), gate.range)) seals.push(seal);
  }
  const nowMs = await cold.nowMs();
  const read = await readApprovals(cold, gate, forge);
  const intents = await readIntents(cold, gate.at, seals);
  const rests = new Set(intents.flatMap((i) => i.value.approvals));
  const inForce = approvalsInForce(read.approvals, gate, seals, rests, nowMs);
  const why = unapproved(read, inForce);
  const newest = newestOf(gate, seals);
  const judged = await Promise.all(
    seals.map((seal) =>
      standingOf(cold, gate, seal, { inForce, why, nowMs, isNewest: seal === newest }),
    ),
  );
  const naming = inForce.filter((a) => seals.some((seal) => approves(a, seal)));
  return {
    seals,
    standing: judged.map((j) => j.standing),
    approvals: naming.flatMap(({ record }) => record ?? []),
    approvalFiles: naming.filter(({ record }) => !record).map(({ key }) => key),
    receipts: judged.flatMap((j) => (j.receipt ? [j.receipt] : [])),
    lost,
    restedOn,
  };
}

const rangeOf = ({ range }: Seal): Range => ({
  start: BigInt(range.start),
  end: BigInt(range.end),
});

/**
 * Seals of the batch itself, and of every batch of another plan or supplement: groups of one plan
 * are disjoint.
 */
async function sealKeys(cold: Cold, gate: GateCase): Promise<string[]> {
  const keys = new Set<string>();
  const own = [gate.at.batch, ...gate.batch.parents];
  for (const batch of own) {
    const markers = await readNumbered(
      cold,
      (n) => markerKey({ ...gate.at, batch }, n),
      markerRecord,
    );
    for (const marker of markers) keys.add(marker.value.seal);
  }
  for await (const { key } of cold.list(periodPrefix("seals", gate.at))) {
    const batch = parseBatchRecordKey(key)?.batch ?? "";
    if (own.includes(batch) || !sameFamily(batch, gate.at.batch)) keys.add(key);
  }
  return [...keys];
}

/** Seals that a purge of this batch or of one that it was split from rests on. */
async function sealsOfIntents(cold: Cold, gate: GateCase): Promise<Set<string>> {
  const intents = await readIntents(cold, gate.at, [], gate.batch.parents);
  return new Set(intents.flatMap((i) => i.value.view.map((q) => q.key)));
}

async function isVerifiedSomewhere(cold: Cold, at: BatchRef, sealKey: string): Promise<boolean> {
  const batch = parseBatchRecordKey(sealKey)?.batch ?? "";
  for await (const { key } of cold.list(`${periodPrefix("verified", at)}${batch}/`)) {
    if (idOfKey(key).startsWith(`${idOfKey(sealKey)}.`)) return true;
  }
  return false;
}

/**
 * Intents of every batch that has a seal in the view, and of the batch and its parents: found by
 * key.
 */
export async function readIntents(
  cold: Cold,
  at: BatchRef,
  seals: readonly Stored<Seal>[],
  also: readonly string[] = [],
): Promise<Stored<Intent>[]> {
  const batches = new Set([at.batch, ...also, ...seals.map((s) => s.value.batch)]);
  const read = await Promise.all(
    [...batches].map((batch) =>
      readNumbered(cold, (n) => intentKey({ ...at, batch }, n), intentRecord),
    ),
  );
  return read.flat();
}

/**
 * The order of the view: later wins; frozen where a purge intent rests on it. A process that stood
 * still may put the intent of a view of long ago: so late a one was followed by no delete.
 */
export function viewOrder(
  seals: readonly Stored<Seal>[],
  intents: readonly Stored<Intent>[],
): ViewOrder {
  const inTime = intents.filter(
    ({ lastModifiedMs, value }) => lastModifiedMs - value.readBeganMs <= INTENT_IN_TIME_MS,
  );
  return orderView(
    seals.map((s) => ({ quote: s, seal: s.value })),
    inTime.map(({ key, value }) => ({
      key,
      batch: value.batch,
      parents: value.parents,
      range: { start: BigInt(value.range.start), end: BigInt(value.range.end) },
      seals: value.view.map((q) => q.key),
    })),
  );
}

/** The seal of the batch itself that `verify` and `approve` go by. */
function newestOf(gate: GateCase, seals: readonly Stored<Seal>[]): Stored<Seal> | undefined {
  return seals
    .filter((s) => s.value.batch === gate.at.batch && s.value.plan === gate.plan.sha256)
    .reduce<Stored<Seal> | undefined>(
      (best, s) => (best && best.lastModifiedMs > s.lastModifiedMs ? best : s),
      undefined,
    );
}

interface Standing {
  readonly inForce: readonly Approval[];
  /** What is said of a seal that none of them names. */
  readonly why: string;
  readonly nowMs: number;
  readonly isNewest: boolean;
}

async function standingOf(
  cold: Cold,
  gate: GateCase,
  seal: Stored<Seal>,
  { inForce, why, nowMs, isNewest }: Standing,
): Promise<{ standing: SealStanding; receipt: Quoted | undefined }> {
  const isRuling = seal.value.plan === gate.plan.sha256;
  const receipt = isRuling ? await verifyReceipt(cold, seal) : undefined;
  const lacks = (reason: string, earliestMs?: number) => ({
    standing: {
      key: seal.key,
      lacks: { why: reason, earliestMs, isFinal: !isNewest && earliestMs === undefined },
    },
    receipt,
  });
  if (!isRuling) return lacks("its plan was retired");
  if (!receipt) return lacks("not verified by another process");
  const counts = { standing: { key: seal.key, lacks: undefined }, receipt };
  const { graceMs, mode } = gate.flow.purge;
  const coolMs = seal.lastModifiedMs + Math.max(graceMs, gate.limits.gcWaitMs);
  if (nowMs < coolMs) return lacks("its grace is not over", coolMs);
  if (mode === "automatic") return counts;
  return inForce.some((a) => approves(a, seal)) ? counts : lacks(why);
}

/** A receipt from another process than the export's, for exactly these bytes. */
async function verifyReceipt(cold: Cold, seal: Stored<Seal>): Promise<Quoted | undefined> {
  const prefix = `${periodPrefix("verified", seal.value)}${seal.value.batch}/`;
  for await (const { key } of cold.list(prefix)) {
    if (!idOfKey(key).startsWith(`${idOfKey(seal.key)}.`)) continue;
    // Unread, a receipt permits nothing; another of the same seal may.
    const receipt = await ifReadable(readRecord(cold, key, verifiedRecord));
    if (receipt?.value.seal.sha256 !== seal.sha256) continue;
    if (receipt.value.proof === "dump-digest") continue;
    if (receipt.value.process !== seal.value.process) return quoteOf(receipt);
  }
  return undefined;
}
