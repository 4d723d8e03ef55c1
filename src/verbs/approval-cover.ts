// What an approval of a period covers: its seals and their digest, counts, bytes, first and last
// point.
import pLimit from "p-limit";
import { type SealList, sealList } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import { readQuoted, readRecord, type Stored } from "../cellar/records.ts";
import type { ApprovalFile } from "../flow/approval.ts";
import { manifestRecord, type Seal, sealRecord } from "../ledger/records.ts";
import type { BatchStatus } from "../ledger/state.ts";
import { isEnded } from "../plan/due.ts";
import { bytesText } from "../runtime/progress.ts";
import { some } from "../runtime/words.ts";
import { type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";
import type { RuledPeriod } from "./periods.ts";

/** A list of seals, and what they hold. */
export interface Cover extends SealList {
  readonly flow: string;
  readonly period: string;
  readonly points: bigint;
  readonly bytes: bigint;
  /** Moments as text; undefined: there is no point. */
  readonly first: string | undefined;
  readonly last: string | undefined;
}

/** Records read at once. */
const READS = 16;

/** What some seals of a period hold, by their manifests. */
export async function coverOf(
  cold: Cold,
  { flow, period }: { readonly flow: string; readonly period: string },
  seals: readonly Stored<Seal>[],
): Promise<Cover> {
  const manifests = await pLimit(READS).map(seals, (seal) =>
    readQuoted(cold, seal.value.manifest, manifestRecord),
  );
  const [unit] = manifests.map((m) => m.value.unit);
  const firsts = manifests.flatMap((m) => m.value.first ?? []).map(BigInt);
  const lasts = manifests.flatMap((m) => m.value.last ?? []).map(BigInt);
  return {
    flow,
    period,
    ...sealList(seals),
    points: seals.reduce((n, s) => n + BigInt(s.value.points), 0n),
    bytes: seals.reduce((n, s) => n + BigInt(s.value.bytes), 0n),
    first: momentText(firsts.toSorted(byValue)[0], unit),
    last: momentText(lasts.toSorted(byValue).at(-1), unit),
  };
}

const byValue = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The last day that a Date can hold, ms. */
const LAST_DATE_MS = 8_640_000_000_000_000n;

/** A timestamp as a moment, with all digits of its unit; undefined beyond the calendar. */
function momentText(at: bigint | undefined, unit: TimeUnit | undefined): string | undefined {
  if (at === undefined || unit === undefined) return undefined;
  const perMs = UNITS_PER_MS[unit];
  const rest = ((at % perMs) + perMs) % perMs;
  const ms = (at - rest) / perMs;
  if (ms > LAST_DATE_MS || ms < -LAST_DATE_MS) return undefined;
  const digits = perMs === 1n ? "" : String(rest).padStart(String(perMs).length - 1, "0");
  return new Date(Number(ms))
    .toISOString()
    .replace(/^\+|Z$/g, "")
    .concat(digits, "Z");
}

/** The file that approves a cover. */
export const approvalFile = (cover: Cover, report: string | undefined): ApprovalFile => ({
  version: 1,
  flow: cover.flow,
  period: cover.period,
  digest: cover.digest,
  seals: cover.seals.length,
  points: Number(cover.points),
  bytes: Number(cover.bytes),
  ...(cover.first === undefined ? {} : { first: cover.first }),
  ...(cover.last === undefined ? {} : { last: cover.last }),
  ...(report === undefined ? {} : { report }),
});

/**
 * Every seal of the plan that rules a period, once all of its work is verified; undefined: some is
 * not. A file on the default branch is the whole of a period's approval, so it names them all.
 */
export async function sealsOfPeriod(
  cold: Cold,
  { ledger, ruling, statuses }: RuledPeriod,
): Promise<Stored<Seal>[] | undefined> {
  const open = statuses.filter((s) => !isEnded(s) && s.state !== "purged");
  if (open.length === 0 || !open.every(isReady)) return undefined;
  const read = await pLimit(READS).map(ledger.seals, (key) => readRecord(cold, key, sealRecord));
  return read.filter(
    (seal) => seal !== undefined && seal.value.plan === ruling.plan.sha256,
  ) as Stored<Seal>[];
}

const isReady = ({ verified, state }: BatchStatus): boolean =>
  verified && (state === "cooling" || state === "approved" || state === "purging");

/** A cover in one line. */
export function coverText({ flow, period, seals, points, bytes, digest, first, last }: Cover) {
  const from = first === undefined ? "" : `, from ${first} to ${last}`;
  return (
    `${flow} ${period}: ${some(seals.length, "seal")}, ${some(points, "point")}${from}, ` +
    `${bytesText(Number(bytes))} in the archive; digest ${digest}`
  );
}

/** For `--json`. */
export const coverJson = ({ flow, period, seals, points, bytes, digest, first, last }: Cover) => ({
  flow,
  period,
  digest,
  seals: seals.length,
  points: String(points),
  bytes: String(bytes),
  first: first ?? null,
  last: last ?? null,
});
