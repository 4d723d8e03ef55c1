// What the bucket really holds, as somebody would restore it: by `list`'s ranks, and by the gate's
// view.
import { pointAt } from "../../src/archive/points.ts";
import { readParquetPoints } from "../../src/archive/parquet/read.ts";
import { readRecord, sha256Hex, type Stored } from "../../src/cellar/records.ts";
import type { PeriodRef } from "../../src/ledger/keys.ts";
import { intentRecord } from "../../src/ledger/receipts.ts";
import { type Seal, sealRecord } from "../../src/ledger/records.ts";
import { maximal } from "../../src/ledger/view.ts";
import { viewOrder } from "../../src/purge/view.ts";
import { readSealed } from "../../src/report/sealed.ts";
import type { Bucket } from "./bucket.ts";
import { pointName, valueName } from "./model-series.ts";

/** One seal's word on a point. */
export interface Holder {
  readonly seal: string;
  readonly rank: number;
  /** The value with its type (`valueName`). */
  readonly value: string;
}

/** The archive's points by name, and the seals that can be read. */
export interface ArchiveRead {
  readonly seals: ReadonlyMap<string, Stored<Seal>>;
  /** Every seal's word on a point. */
  holders(name: string): readonly Holder[];
  /** What a restore would give, by ranks and by the gate's order; more than one: it cannot tell. */
  values(name: string): ReadonlySet<string>;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Reads the archive without faults; keeps what it decoded. */
export class ArchiveTruth {
  private readonly bucket: Bucket;
  private readonly at: PeriodRef;
  private readonly decoded = new WeakMap<Uint8Array, Promise<ReadonlyMap<string, string>>>();

  constructor(bucket: Bucket, at: PeriodRef) {
    this.bucket = bucket;
    this.at = at;
  }

  async read(): Promise<ArchiveRead> {
    const cold = this.bucket.truth;
    const { attempts } = await readSealed(cold, this.at);
    const seals = new Map<string, Stored<Seal>>();
    const points = new Map<string, Holder[]>();
    for (const { seal: key, objects, rank = 0 } of attempts) {
      const seal = await readRecord(cold, key, sealRecord);
      if (seal) seals.set(key, seal);
      for (const object of objects) {
        for (const [name, value] of await this.decode(object)) {
          const holder = { seal: key, rank, value };
          const known = points.get(name);
          if (known) known.push(holder);
          else points.set(name, [holder]);
        }
      }
    }
    const order = viewOrder([...seals.values()], await this.intents());
    const holders = (name: string): Holder[] => points.get(name) ?? [];
    const values = (name: string): ReadonlySet<string> => {
      const held = holders(name);
      const top = Math.max(...held.map((h) => h.rank));
      const keys = new Set(
        maximal(
          order,
          held.map((h) => h.seal),
        ),
      );
      const counting = held.filter((h) => h.rank === top || keys.has(h.seal));
      return new Set(counting.map((h) => h.value));
    };
    return { seals, holders, values };
  }

  private async intents() {
    const keys = this.bucket.keysUnder(`intents/${this.at.flow}/${this.at.period}/`);
    const read = await Promise.all(
      keys.map((key) => readRecord(this.bucket.truth, key, intentRecord)),
    );
    return read.filter((intent) => intent !== undefined);
  }

  private decode(object: { key: string; sha256: string }): Promise<ReadonlyMap<string, string>> {
    const bytes = this.bucket.objects.get(object.key)?.bytes;
    if (!bytes || sha256Hex(bytes) !== object.sha256) return Promise.resolve(NOTHING);
    const known = this.decoded.get(bytes);
    if (known) return known;
    const points = decodeObject(bytes);
    this.decoded.set(bytes, points);
    return points;
  }
}

/** The points of an object by name, with their values. */
export async function decodeObject(bytes: Uint8Array): Promise<ReadonlyMap<string, string>> {
  const points = new Map<string, string>();
  const stream = readParquetPoints(bytes);
  for await (const batch of stream) {
    for (let row = 0; row < batch.rows; row++) {
      const { timestamp, value } = pointAt(batch, row);
      const identity = stream.series[batch.series[row] ?? 0]?.identity ?? "";
      points.set(pointName(identity, timestamp), valueName(value));
    }
  }
  return points;
}
