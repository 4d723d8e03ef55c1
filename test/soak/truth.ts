// What a month held, point by point, and whether each point is in hot or in the archive: counted in
// the stand-ins' memory, the archive decoded from the bucket's bytes.
import { createHash } from "node:crypto";
import { copyOf, identityOf } from "../../sim/demo/copy.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { readParquetPoints } from "../../src/archive/parquet/read.ts";
import { pointAt } from "../../src/archive/points.ts";
import type { Range } from "../../src/warp10/range.ts";

interface Quote {
  readonly key: string;
  readonly sha256: string;
}

/** The points of one virtual month. */
export class Truth {
  readonly period: string;
  readonly range: Range;
  /** Values by `identity time`; a point that was written again has its last value. */
  private readonly points = new Map<string, string>();
  private readonly world: World;

  constructor(world: World, period: string, range: Range) {
    this.world = world;
    this.period = period;
    this.range = range;
  }

  get size(): number {
    return this.points.size;
  }

  /** Writes points of one series to hot, and remembers them. */
  write(host: string, times: readonly bigint[], values: readonly number[]): void {
    this.world.load("soak", { host }, { timestamps: times, longs: Float64Array.from(values) });
    const series = this.identity(host);
    times.forEach((at, i) => this.points.set(`${series} ${at}`, String(values[i])));
  }

  /** A series' identity as the stand-in has it, with the labels that the server adds. */
  private identity(host: string): string {
    const [any] = this.world.warp10.store.all();
    const labels = new Map(any?.labels);
    return identityOf("soak", labels.set("host", host));
  }

  /** Points that hot holds of the month. */
  inHot(): number {
    let rows = 0;
    for (const held of this.copy().values()) rows += held.rows;
    return rows;
  }

  private copy() {
    return copyOf(this.world.warp10.store, this.range.start, this.range.end);
  }

  /** Points that are neither in hot nor, with their value, in any seal. */
  async lost(): Promise<string[]> {
    const gone = new Map(this.points);
    for (const [identity, held] of this.copy()) {
      for (let i = 0; i < held.rows; i++) {
        const point = held.at(i);
        if (point) gone.delete(`${identity} ${point.ts}`);
      }
    }
    if (gone.size === 0) return [];
    for await (const [name, value] of this.archived()) {
      if (gone.get(name) === value) gone.delete(name);
    }
    return [...gone.keys()];
  }

  private async *archived(): AsyncGenerator<[string, string]> {
    for (const object of this.sealed()) {
      const bytes = this.world.cellar.objects(BUCKET).get(object.key)?.bytes;
      // What is gone or garbled holds nothing.
      if (!bytes || createHash("sha256").update(bytes).digest("hex") !== object.sha256) continue;
      const stream = readParquetPoints(bytes);
      for await (const batch of stream) {
        for (let row = 0; row < batch.rows; row++) {
          const series = stream.series[batch.series[row] ?? -1];
          if (!series) continue;
          const { timestamp, value } = pointAt(batch, row);
          const identity = identityOf(series.className, Object.entries(series.labels));
          yield [`${identity} ${timestamp}`, String(value)];
        }
      }
    }
  }

  /** Data objects of every seal of the month. */
  private sealed(): Quote[] {
    const objects = this.world.cellar.objects(BUCKET);
    const found: Quote[] = [];
    for (const [key, { bytes }] of objects) {
      if (!key.startsWith(`seals/world/${this.period}/`)) continue;
      const seal: { manifest: Quote } = JSON.parse(bytes.toString("utf8"));
      const manifest = objects.get(seal.manifest.key);
      if (!manifest) continue;
      const folder = seal.manifest.key.slice(0, seal.manifest.key.lastIndexOf("/") + 1);
      const said: { objects: { name: string; sha256: string }[] } = JSON.parse(
        manifest.bytes.toString("utf8"),
      );
      found.push(...said.objects.map((o) => ({ key: folder + o.name, sha256: o.sha256 })));
    }
    return found;
  }

  /** Takes the month's data objects out of the stand-in: nobody reads a closed month again. */
  forget(): void {
    for (const key of this.world.cellar.objects(BUCKET).keys()) {
      if (key.startsWith(`data/world/period=${this.period}/`)) this.world.cellar.lose(BUCKET, key);
    }
  }
}
