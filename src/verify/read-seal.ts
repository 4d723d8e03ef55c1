// One sealed attempt, re-read from the bucket's bytes: every object in full, hashed, decoded,
// counted and digested. HEAD, LIST, size and ETag prove nothing (facts cellar-s3 §0).
import { combineTotals, SeriesDigests } from "../archive/digest.ts";
import { readParquetPoints } from "../archive/parquet/read.ts";
import { readSeriesList, type SeriesRow } from "../archive/parquet/series-list.ts";
import type { PointBatch, PointStream, SeenSeries } from "../archive/points.ts";
import type { Cold } from "../cellar/cold.ts";
import { readQuoted, sha256Hex, type Stored } from "../cellar/records.ts";
import { attemptPrefix } from "../ledger/keys.ts";
import { type Manifest, manifestRecord, type Seal } from "../ledger/records.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Range } from "../warp10/range.ts";
import { type HfileDepth, type HfileReading, readHfileAttempt } from "./read-hfile.ts";
import { type ReadTotals, totalsOf } from "./read-hot.ts";

/** What a seal holds. */
export interface SealContents {
  readonly seal: Stored<Seal>;
  readonly manifest: Manifest;
  /** Per series with points in the range that was asked for. */
  readonly read: ReadTotals;
  /** Every series that the attempt listed, with or without points. */
  readonly listed: readonly SeriesRow[];
}

/**
 * Reads a seal's manifest and every byte that it names. Throws "mismatch" or "unreadable" on
 * anything wrong.
 */
export async function readSeal(
  cold: Cold,
  seal: Stored<Seal>,
  range?: Range,
  hfiles?: Pick<AttemptReading, "hfiles" | "depth">,
): Promise<SealContents> {
  const manifest = (await readQuoted(cold, seal.value.manifest, manifestRecord)).value;
  checkSeal(seal, manifest);
  return { seal, manifest, ...(await readAttempt(cold, manifest, { range, ...hfiles })) };
}

/** A garbled seal may still read as one: what it and its manifest both say must be alike. */
function checkSeal({ key, value }: Stored<Seal>, manifest: Manifest): void {
  for (const field of ["flow", "period", "batch", "plan", "attempt", "points"] as const) {
    if (value[field] === manifest[field]) continue;
    throw wrong(key, `it says ${field} ${value[field]}, its manifest ${manifest[field]}`);
  }
  const { start, end } = value.range;
  const isAlike = start === manifest.range.start && end === manifest.range.end;
  if (!isAlike) throw wrong(key, "its range is not its manifest's");
  if (value.bytes !== String(sizeOf(manifest))) throw wrong(key, "its bytes are another number");
}

/** Bytes of an attempt's objects, its list of series included. */
export const sizeOf = (manifest: Manifest): number =>
  manifest.objects.reduce((sum, o) => sum + o.bytes, manifest.seriesList.bytes);

/** How an attempt is read. */
export interface AttemptReading {
  /** Totals of this part of it only; default: of all. */
  readonly range?: Range | undefined;
  /** Looks at the bytes of its first object as well. */
  readonly inspect?: (bytes: Uint8Array) => Promise<void>;
  /** What HFiles are read with; an attempt of HFiles without it is "blocked". */
  readonly hfiles?: HfileReading | undefined;
  /** How much of HFiles is read; `hffetch` when left out. */
  readonly depth?: HfileDepth | undefined;
}

/**
 * Reads every byte of an attempt, sealed or not yet; holds totals, series list and manifest against
 * each other.
 */
export async function readAttempt(
  cold: Cold,
  manifest: Manifest,
  reading: AttemptReading = {},
): Promise<Pick<SealContents, "read" | "listed">> {
  const listed = readSeriesList(await readObject(cold, manifest, manifest.seriesList));
  if (isHfile(manifest)) {
    const { hfiles, depth = "hffetch", range } = reading;
    return { listed, read: await readHfileAttempt(hfiles, manifest, listed, depth, range) };
  }
  const { all, inRange } = await digestObjects(cold, manifest, reading);
  const key = `${attemptPrefix(manifest, manifest.attempt)}manifest.json`;
  checkTotals(key, manifest, all);
  checkList(key, manifest, listed, all);
  return { read: inRange, listed };
}

/** Whether an attempt holds HFiles: their digests are the server's, and only HFFETCH reads them. */
export const isHfile = ({ format }: Pick<Manifest, "format">): boolean =>
  format === "cellarman/hfile/1";

interface TotalsByRange {
  readonly all: ReadTotals;
  readonly inRange: ReadTotals;
}

async function digestObjects(
  cold: Cold,
  manifest: Manifest,
  { range, inspect }: AttemptReading,
): Promise<TotalsByRange> {
  const stream = sealPoints(cold, manifest, inspect);
  const whole = new SeriesDigests(stream.series);
  const part =
    range && !isWhole(manifest, range) ? new SeriesDigests(stream.series, range) : undefined;
  for await (const batch of stream) {
    whole.add(batch);
    part?.add(batch);
  }
  const all = totalsOf(whole.finish());
  return { all, inRange: part ? totalsOf(part.finish()) : all };
}

const isWhole = (manifest: Manifest, range: Range): boolean =>
  String(range.start) === manifest.range.start && String(range.end) === manifest.range.end;

/**
 * The points of an attempt, object after object, each checked against the manifest; one in memory
 * at a time.
 */
export function sealPoints(
  cold: Cold,
  manifest: Manifest,
  inspect?: AttemptReading["inspect"],
): PointStream {
  const series: SeenSeries[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (one: SeenSeries): number => {
    const known = numbers.get(one.identity);
    if (known !== undefined) return known;
    numbers.set(one.identity, series.length);
    series.push(one);
    return series.length - 1;
  };
  async function* batches(): AsyncGenerator<PointBatch, void, undefined> {
    for (const [i, object] of manifest.objects.entries()) {
      const bytes = await readObject(cold, manifest, object);
      if (i === 0) await inspect?.(bytes);
      const stream = readParquetPoints(bytes);
      for await (const batch of stream) {
        const mapped = stream.series.map(numberOf);
        for (let row = 0; row < batch.rows; row++) {
          batch.series[row] = mapped[batch.series[row] ?? 0] ?? 0;
        }
        yield batch;
      }
    }
  }
  return { series, [Symbol.asyncIterator]: batches };
}

/** One object of an attempt, in full, as its manifest says. Throws "mismatch". */
export async function readObject(
  cold: Cold,
  manifest: Manifest,
  object: Manifest["seriesList"],
): Promise<Uint8Array> {
  const key = `${attemptPrefix(manifest, manifest.attempt)}${object.name}`;
  const found = await cold.get(key);
  if (!found) throw wrong(key, "it cannot be read");
  if (found.bytes.length !== object.bytes) {
    throw wrong(key, `it has ${found.bytes.length} bytes, the manifest says ${object.bytes}`);
  }
  if (sha256Hex(found.bytes) !== object.sha256) throw wrong(key, "its SHA-256 is another");
  return found.bytes;
}

function checkTotals(key: string, manifest: Manifest, { totals }: ReadTotals): void {
  const sum = combineTotals(totals.values());
  const same =
    String(sum.points) === manifest.points &&
    String(sum.series) === manifest.seriesWithPoints &&
    sum.digest === manifest.digest;
  if (!same) throw wrong(key, "its objects hold other points than its manifest says");
}

/** The series list names every series that holds points, with exactly what it holds. */
function checkList(
  key: string,
  manifest: Manifest,
  listed: readonly SeriesRow[],
  { totals }: ReadTotals,
): void {
  const held = listed.filter((row) => row.points > 0);
  const same =
    String(listed.length) === manifest.series &&
    held.length === totals.size &&
    held.every((row) => {
      const read = totals.get(row.identity);
      return read !== undefined && read.points === row.points && read.digest === row.digest;
    });
  if (!same) throw wrong(key, "its list of series is not what its objects hold");
}

const wrong = (key: string, why: string): CellarmanError =>
  new CellarmanError("mismatch", `the archive is wrong at ${key}: ${why}`, {
    where: key,
    hint: 'Look at the object; then: cellarman withdraw FLOW SEAL --reason "...".',
  });
