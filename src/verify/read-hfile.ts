// One sealed attempt of HFiles: every byte re-read from the bucket and hashed, then what the file
// holds, by HFFETCH of a store that is proven to serve just these bytes.
import type { HfileArchive } from "../archive/hfile/archive.ts";
import { keyOfObject } from "../archive/hfile/served-files.ts";
import { combineTotals } from "../archive/digest.ts";
import type { SeriesRow } from "../archive/parquet/series-list.ts";
import type { SeriesTotals } from "../archive/points.ts";
import type { LargeCold } from "../cellar/large.ts";
import { hashObject } from "../cellar/read-large.ts";
import type { Manifest } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import type { Range } from "../warp10/range.ts";
import { type ReadTotals, totalsOf } from "./read-hot.ts";

/** What HFiles are read with, beside the bucket's port. */
export interface HfileReading {
  readonly large: LargeCold;
  /** Undefined where the flow names no store. */
  readonly archive: HfileArchive | undefined;
  /** Hot points as the server digests them; `points`: how many there are, about. */
  hotDigests(
    selector: string,
    range: Range,
    limits: ReadLimits | undefined,
    points: bigint,
  ): Promise<ReadTotals>;
}

/** How much of an attempt is read. */
export type HfileDepth =
  /** Bytes alone: what the file holds was proven of these very bytes, or will be. */
  | "bytes"
  /** Bytes; what the macro was handed stands for what the file holds. Permits nothing. */
  | "dump-digest"
  /** Bytes, and HFFETCH. */
  | "hffetch";

/**
 * Reads an attempt; throws "mismatch" where the archive is wrong, "blocked" where none can tell.
 */
export async function readHfileAttempt(
  reading: HfileReading | undefined,
  manifest: Manifest,
  listed: readonly SeriesRow[],
  depth: HfileDepth,
  range?: Range,
): Promise<ReadTotals> {
  if (!reading) throw unread();
  const said = totalsOf(listed.map(totalsOfRow).filter((t) => t !== undefined));
  checkList(manifest, said);
  for (const object of manifest.objects) await checkBytes(reading.large, manifest, object);
  if (depth !== "hffetch" || said.points === 0n) return said;
  if (!reading.archive) throw unproven();
  const { archive } = reading;
  const whole = wholeOf(manifest);
  // A list that was made by reading hot again, later, is no word of what the file holds: there the
  // file alone counts, and hot is held against it.
  const isRecounted = manifest.hfile?.result === "recounted";
  const isSaid = (totals: readonly SeriesTotals[]): boolean =>
    isRecounted ? totals.length > 0 : firstOther(said, totals) === "";
  const all = await ofStore(async () => {
    await archive.proveServed(manifest);
    return archive.totals(manifest, whole, isSaid);
  });
  const other = isRecounted ? "" : firstOther(said, all);
  if (other !== "")
    throw wrong(manifest, `HFFETCH reads other points of ${other} than were dumped`);
  const isPart = range && (range.start !== whole.start || range.end !== whole.end);
  return totalsOf(isPart ? await ofStore(() => archive.totals(manifest, range)) : all);
}

const wholeOf = ({ range }: Manifest): Range => ({
  start: BigInt(range.start),
  end: BigInt(range.end),
});

function totalsOfRow({ identity, points, first, last, digest }: SeriesRow) {
  if (first === undefined || last === undefined || digest === undefined) return undefined;
  return { identity, points, first, last, digest };
}

function checkList(manifest: Manifest, said: ReadTotals): void {
  const sum = combineTotals(said.totals.values());
  const same =
    String(sum.points) === manifest.points &&
    String(sum.series) === manifest.seriesWithPoints &&
    sum.digest === manifest.digest;
  if (!same) throw wrong(manifest, "its list of series is not what its manifest says");
}

async function checkBytes(
  large: LargeCold,
  manifest: Manifest,
  object: Manifest["seriesList"],
): Promise<void> {
  const key = keyOfObject(manifest, object);
  const found = await hashObject(large, key);
  if (!found) throw wrong(manifest, `${key} cannot be read`);
  if (found.bytes !== object.bytes) {
    throw wrong(manifest, `${key} has ${found.bytes} bytes, the manifest says ${object.bytes}`);
  }
  if (found.sha256 !== object.sha256) throw wrong(manifest, `the SHA-256 of ${key} is another`);
}

/** Identity of the first series that differs; "" when all are the same. */
function firstOther(said: ReadTotals, totals: readonly SeriesTotals[]): string {
  const read = totalsOf(totals);
  for (const identity of new Set([...said.totals.keys(), ...read.totals.keys()])) {
    const [a, b] = [said.totals.get(identity), read.totals.get(identity)];
    const same =
      a?.points === b?.points &&
      a?.digest === b?.digest &&
      a?.first === b?.first &&
      a?.last === b?.last;
    if (!same) return identity;
  }
  return "";
}

/** A store that answers oddly says nothing of the archive: no seal is wrong for it. */
async function ofStore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    const isOfArchive =
      thrown instanceof CellarmanError &&
      (thrown.code === "mismatch" || thrown.code === "unreadable");
    if (!isOfArchive) throw thrown;
    throw new CellarmanError("server", `the store of the archive: ${thrown.message}`, {
      cause: thrown,
      retryable: true,
    });
  }
}

const unread = (): CellarmanError =>
  new CellarmanError("blocked", "a seal of HFiles cannot be read here", {
    hint: "This command was given nothing to read HFiles with.",
  });

const unproven = (): CellarmanError =>
  new CellarmanError(
    "blocked",
    "no store can read the HFiles back: what HFDUMP's macro was handed is not what the file holds",
    { hint: "Name export.store in the flow, archive and verify again; nothing is purged before." },
  );

const wrong = ({ flow, period, batch, attempt }: Manifest, why: string): CellarmanError =>
  new CellarmanError("mismatch", `the archive is wrong at ${period} ${batch} ${attempt}: ${why}`, {
    hint: `Look at the object; then: cellarman withdraw ${flow} SEAL --reason "...".`,
  });
