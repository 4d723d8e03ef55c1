// Which sealed objects hold one point, and where in them: read from the bucket's bytes, now, each
// object in full and against its SHA-256.
import { type Point, pointAt } from "../archive/points.ts";
import { readParquetPoints } from "../archive/parquet/read.ts";
import { readSeriesList } from "../archive/parquet/series-list.ts";
import type { Cold } from "../cellar/cold.ts";
import { readQuoted, type Stored } from "../cellar/records.ts";
import { attemptPrefix, batchFamily } from "../ledger/keys.ts";
import { type Manifest, manifestRecord, type Seal } from "../ledger/records.ts";
import { asCellarmanError, CellarmanError } from "../runtime/errors.ts";
import { isHfile, readObject } from "../verify/read-seal.ts";
import { isAskedFor, type Question } from "./question.ts";

/** A place in an object. */
export interface Place {
  readonly object: string;
  readonly sha256: string;
  readonly rowGroup: number;
  /** Row within the row group. */
  readonly row: number;
  readonly point: Point;
}

/** A seal whose attempt listed the series. */
export interface Holder {
  readonly seal: Stored<Seal>;
  readonly identity: string;
  /** Undefined: it holds no such point. */
  readonly place: Place | undefined;
  /** Why it could not be told. */
  readonly wrong: string | undefined;
}

/**
 * The seals that listed the series, each with the place of the point. Batches of one plan or
 * supplement are disjoint: once one of them listed the series, the others are passed over.
 */
export async function findHolders(
  cold: Cold,
  seals: readonly Stored<Seal>[],
  question: Question,
): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (const [, family] of Map.groupBy(seals, (s) => batchFamily(s.value.batch))) {
    const batches = Map.groupBy(
      family.filter((s) => covers(s.value, question.time)),
      batchOf,
    );
    for (const [, own] of batches) {
      const found: Holder[] = [];
      for (const seal of own) {
        const holder = await lookInto(cold, seal, question);
        if (holder) found.push(holder);
      }
      holders.push(...found);
      if (found.some((h) => h.identity !== "")) break;
    }
  }
  return holders;
}

const batchOf = (seal: Stored<Seal>): string => seal.value.batch;

const covers = ({ range }: Seal, time: bigint): boolean =>
  BigInt(range.start) <= time && time <= BigInt(range.end);

async function lookInto(
  cold: Cold,
  seal: Stored<Seal>,
  question: Question,
): Promise<Holder | undefined> {
  let identity = "";
  try {
    const manifest = (await readQuoted(cold, seal.value.manifest, manifestRecord)).value;
    const listed = readSeriesList(await readObject(cold, manifest, manifest.seriesList));
    const { className, labels } = question.series;
    const rows = listed.filter((row) => isAskedFor(labels, className, row));
    if (rows.length > 1) throw severalSeries(rows.map((row) => row.identity));
    const [row] = rows;
    if (!row) return undefined;
    identity = row.identity;
    const isInside = row.first !== undefined && row.last !== undefined;
    if (!isInside || question.time < (row.first ?? 0n) || question.time > (row.last ?? 0n)) {
      return { seal, identity, place: undefined, wrong: undefined };
    }
    if (isHfile(manifest)) return { seal, identity, place: undefined, wrong: inHfile(manifest) };
    const place = await findPlace(cold, manifest, identity, question.time);
    return { seal, identity, place, wrong: undefined };
  } catch (thrown) {
    const { code, message } = asCellarmanError(thrown);
    if (code !== "mismatch" && code !== "unreadable") throw thrown;
    return { seal, identity, place: undefined, wrong: message };
  }
}

/** "Cannot look" is neither "there" nor "not there": a person is told how to look. */
const inHfile = ({ hfile }: Manifest): string =>
  `its points lie in the HFile of generation ${hfile?.generation}, which only HFFETCH reads: not ` +
  "told whether this one is among them; docs/how-to/hfiles.md, Look at one point, says how to ask";

const severalSeries = (identities: readonly string[]): CellarmanError =>
  new CellarmanError("usage", `that names ${identities.length} series: ${identities.join(", ")}`, {
    hint: "Say its hidden labels as well, e.g. {host=a,.app=metrics}.",
  });

/** Reads object after object until the point is found. */
async function findPlace(
  cold: Cold,
  manifest: Manifest,
  identity: string,
  time: bigint,
): Promise<Place | undefined> {
  if (manifest.format !== "cellarman/points/1") {
    const why = "an HFile is read by a Warp 10 alone (HFFETCH): audit cannot look inside";
    throw new CellarmanError("unreadable", why);
  }
  for (const object of manifest.objects) {
    const stream = readParquetPoints(await readObject(cold, manifest, object));
    let rowGroup = 0;
    for await (const batch of stream) {
      for (let row = 0; row < batch.rows; row++) {
        if (batch.timestamp[row] !== time) continue;
        if (stream.series[batch.series[row] ?? 0]?.identity !== identity) continue;
        const key = `${attemptPrefix(manifest, manifest.attempt)}${object.name}`;
        return { object: key, sha256: object.sha256, rowGroup, row, point: pointAt(batch, row) };
      }
      rowGroup++;
    }
  }
  return undefined;
}
