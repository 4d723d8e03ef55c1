// What must hold after every crash, counted in the stand-ins' memory: the archive is read with the
// Parquet reader alone, from the bucket's bytes, with none of the tool's ledger code.
import { createHash } from "node:crypto";
import { type Copy, copyOf, differenceOf, identityOf, isSameValue } from "../../sim/demo/copy.ts";
import { fromHHCode } from "../../sim/warp10/text/location.ts";
import { LONG_MAX, LONG_MIN, NO_ELEVATION, NO_LOCATION } from "../../sim/warp10/values.ts";
import type { Point } from "../../sim/warp10/values.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { readParquetPoints } from "../../src/archive/parquet/read.ts";
import { type Point as ReadPoint, pointAt } from "../../src/archive/points.ts";
import { type Moment, NOVEMBER } from "./stage.ts";
import type { Passed, Tap } from "./tap.ts";

/** What hot held in the beginning. */
export interface Before {
  readonly period: Copy;
  readonly older: Copy;
  readonly younger: Copy;
}

export function rememberHot({ warp10: { store } }: World): Before {
  return {
    period: copyOf(store, NOVEMBER.start, NOVEMBER.end),
    older: copyOf(store, LONG_MIN, NOVEMBER.start - 1n),
    younger: copyOf(store, NOVEMBER.end + 1n, LONG_MAX),
  };
}

/** What was found wrong. `lost` is the one unforgivable kind. */
export interface Finding {
  readonly kind: "lost" | "broken" | "not converged";
  readonly text: string;
}

/** Looks at every write to the bucket as it passes. */
export class BucketWatch {
  readonly broken: string[] = [];
  private readonly world: World;
  private readonly written = new Map<string, string>();

  constructor(world: World, tap: Tap) {
    this.world = world;
    tap.watchers.push((request, status) => this.see(request, status));
  }

  /** Starts over from what is in the bucket now. */
  reset(): void {
    this.broken.length = 0;
    this.written.clear();
    for (const [key, { bytes }] of this.world.cellar.objects(BUCKET)) {
      this.written.set(key, sha256(bytes));
    }
  }

  private see({ method, target, server, body }: Passed, status: number): void {
    if (server !== "cellar" || method === "GET" || method === "HEAD" || status >= 300) return;
    const path = decodeURIComponent(target.split("?")[0] ?? "");
    const key = path.slice(`/${BUCKET}/`.length);
    if (method !== "PUT") this.broken.push(`the bucket was asked to ${method} ${key}`);
    const [digest, known] = [sha256(body), this.written.get(key)];
    if (known !== undefined && known !== digest) this.broken.push(`${key} got other bytes`);
    this.written.set(key, digest);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Holds hot, bucket and archive against what they must be; empty: all is well. */
export class Judge {
  private readonly world: World;
  private readonly before: Before;
  private readonly decoded = new WeakMap<Buffer, Promise<readonly string[]>>();

  constructor(world: World, before: Before) {
    this.world = world;
    this.before = before;
  }

  /** What must hold at every moment. `base`: an earlier moment, whose objects must all be there. */
  async always(base: Moment): Promise<Finding[]> {
    const { store } = this.world.warp10;
    const findings: Finding[] = [];
    const broken = (text: string): void => void findings.push({ kind: "broken", text });
    const older = differenceOf(this.before.older, copyOf(store, LONG_MIN, NOVEMBER.start - 1n));
    const younger = differenceOf(this.before.younger, copyOf(store, NOVEMBER.end + 1n, LONG_MAX));
    if (older ?? younger) broken(`points outside the period changed: ${older ?? younger}`);
    const objects = this.world.cellar.objects(BUCKET);
    for (const [key, bytes] of base.objects) {
      if (objects.get(key)?.bytes !== bytes) broken(`${key} was removed or replaced`);
    }
    const gone = this.pointsGone();
    if (gone.length === 0) return findings;
    const held = await this.archived();
    for (const text of held.wrong) findings.push({ kind: "lost", text });
    const lost = gone.filter((point) => !held.points.has(point));
    if (lost.length > 0) {
      findings.push({ kind: "lost", text: `${lost.length} points, ${lost[0]} the first` });
    }
    return findings;
  }

  /** What must hold in the end: the period is closed, and hot holds nothing of it. */
  atTheEnd(): Finding[] {
    const { store } = this.world.warp10;
    const left = copyOf(store, NOVEMBER.start, NOVEMBER.end).size;
    const kind = "not converged";
    return [
      ...(this.isClosed() ? [] : [{ kind, text: "the period is not closed" } as const]),
      ...(left === 0 ? [] : [{ kind, text: `hot holds ${left} series of it` } as const]),
    ];
  }

  isClosed(): boolean {
    return [...this.world.cellar.objects(BUCKET).keys()].some((key) => key.startsWith("closed/"));
  }

  /** Points of the period that hot held in the beginning and holds no more, or otherwise. */
  private pointsGone(): string[] {
    const now = copyOf(this.world.warp10.store, NOVEMBER.start, NOVEMBER.end);
    const gone: string[] = [];
    for (const [identity, held] of this.before.period) {
      const left = now.get(identity);
      for (let i = 0; i < held.rows; i++) {
        const was = held.at(i);
        const is = was && left?.at(left.find(was.ts));
        if (was && !(is && isSameValue(was.value, is.value))) gone.push(`${identity} ${was.ts}`);
      }
    }
    return gone;
  }

  /** Every point of every seal, by identity and time; a value that was never in hot is wrong. */
  private async archived(): Promise<{ points: Set<string>; wrong: string[] }> {
    const points = new Set<string>();
    const wrong: string[] = [];
    for (const [key, { bytes }] of this.world.cellar.objects(BUCKET)) {
      if (!key.startsWith("seals/")) continue;
      try {
        for (const object of this.objectsOf(JSON.parse(bytes.toString("utf8")))) {
          for (const point of await this.pointsOf(object)) points.add(point);
        }
      } catch (error) {
        wrong.push(`${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { points, wrong };
  }

  private objectsOf(seal: { manifest: Quote }): Buffer[] {
    const manifest = this.quoted(seal.manifest);
    const folder = seal.manifest.key.slice(0, seal.manifest.key.lastIndexOf("/") + 1);
    const { objects }: { objects: { name: string; sha256: string }[] } = JSON.parse(
      manifest.toString("utf8"),
    );
    return objects.map((o) => this.quoted({ key: folder + o.name, sha256: o.sha256 }));
  }

  private quoted({ key, sha256: wanted }: Quote): Buffer {
    const bytes = this.world.cellar.objects(BUCKET).get(key)?.bytes;
    if (bytes === undefined || sha256(bytes) !== wanted) throw new Error(`${key} is not as quoted`);
    return bytes;
  }

  private pointsOf(object: Buffer): Promise<readonly string[]> {
    const known = this.decoded.get(object) ?? this.decode(object);
    this.decoded.set(object, known);
    return known;
  }

  private async decode(object: Buffer): Promise<readonly string[]> {
    const points: string[] = [];
    const stream = readParquetPoints(object);
    for await (const batch of stream) {
      for (let row = 0; row < batch.rows; row++) {
        const series = stream.series[batch.series[row] ?? -1];
        if (series === undefined) throw new Error("a row belongs to no series");
        const identity = identityOf(series.className, Object.entries(series.labels));
        const point = pointAt(batch, row);
        const held = this.before.period.get(identity);
        const was = held?.at(held.find(point.timestamp));
        if (!was || !isSame(was, point)) throw new Error(`${identity} ${point.timestamp} differs`);
        points.push(`${identity} ${point.timestamp}`);
      }
    }
    return points;
  }
}

interface Quote {
  readonly key: string;
  readonly sha256: string;
}

function isSame(was: Point, is: ReadPoint): boolean {
  if (!isSameValue(was.value, is.value)) return false;
  if (was.elevation !== (is.elevation ?? NO_ELEVATION)) return false;
  if (was.location === NO_LOCATION) return is.location === undefined;
  const [latitude, longitude] = fromHHCode(was.location);
  return is.location?.latitude === latitude && is.location.longitude === longitude;
}
