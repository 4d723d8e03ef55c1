// One Geo Time Series: identity, attributes, activity, and its points in chunks.
import { encodePercent } from "../text/percent.ts";
import { javaMapOrder } from "./javaMapOrder.ts";
import { CHUNK_POINTS, Chunk } from "./chunk.ts";
import type { Slice } from "./chunk.ts";
import type { Point } from "../values.ts";

/** Labels that only an exposing token sees (facts warp10 §1.2). */
export const HIDDEN_LABELS: ReadonlySet<string> = new Set([".producer", ".owner"]);

/** A series; its labels include `.producer`, `.owner` and `.app`. */
export class Series {
  readonly className: string;
  readonly labels: ReadonlyMap<string, string>;
  /** What tells it from every other series of the store. */
  readonly key: string;
  attributes: ReadonlyMap<string, string> = new Map();
  /** Wall-clock ms of the last update that counted as activity (facts warp10 §5). */
  lastActivityMs = 0;
  /**
   * Whether the directory lists it; a series that is not keeps its points (facts warp10 §1.4:
   * metaonly).
   */
  listed = false;
  /**
   * Ascending, not overlapping; replaced, never changed in place, except that the last chunk may
   * grow.
   */
  chunks: readonly Chunk[] = [];
  private readonly names: (string | undefined)[] = [];

  constructor(className: string, labels: ReadonlyMap<string, string>, key: string) {
    this.className = className;
    this.labels = new Map(javaMapOrder([...labels]));
    this.key = key;
  }

  /**
   * `class{label=value,...}`, percent-encoded; with `.producer` and `.owner` only where exposed.
   */
  name(exposed: boolean): string {
    const index = exposed ? 1 : 0;
    const known = this.names[index];
    if (known !== undefined) return known;
    const name = encodePercent(this.className) + labelText(this.visibleLabels(exposed));
    this.names[index] = name;
    return name;
  }

  /** Labels as a token sees them. */
  visibleLabels(exposed: boolean): [string, string][] {
    return [...this.labels].filter(([name]) => exposed || !HIDDEN_LABELS.has(name));
  }

  /** `{name=value,...}` of the attributes, `{}` where it has none. */
  attributeText(): string {
    return labelText(javaMapOrder([...this.attributes]));
  }

  /** Points in [start, end], as they are now; ascending. */
  slices(start: bigint, end: bigint): Slice[] {
    const found: Slice[] = [];
    for (const chunk of this.chunks) {
      const { count } = chunk;
      const from = chunk.lowerBound(start, count);
      const to = end === 2n ** 63n - 1n ? count : chunk.lowerBound(end + 1n, count);
      if (from < to) found.push({ chunk, from, to });
    }
    return found;
  }

  get points(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  }

  /** Adds points in any order; of equal timestamps the last wins, here and over what is stored. */
  write(points: readonly Point[]): void {
    const sorted = sortedUnique(points);
    const first = sorted[0];
    if (first === undefined) return;
    const last = this.chunks.at(-1);
    if (last === undefined || last.timestamp(last.count - 1) < first.ts) this.append(sorted);
    else this.merge(sorted);
  }

  /** Deletes points in [start, end]; says how many there were. */
  remove(start: bigint, end: bigint): number {
    let removed = 0;
    const kept: Chunk[] = [];
    for (const chunk of this.chunks) {
      const from = chunk.lowerBound(start);
      const to = end === 2n ** 63n - 1n ? chunk.count : chunk.lowerBound(end + 1n);
      removed += Math.max(0, to - from);
      if (from >= to) {
        kept.push(chunk);
      } else if (to - from < chunk.count) {
        const rest = new Chunk(chunk.base, chunk.count - (to - from));
        rest.appendRows(chunk, 0, from);
        rest.appendRows(chunk, to, chunk.count);
        kept.push(rest);
      }
    }
    if (removed > 0) this.chunks = kept;
    return removed;
  }

  /** Takes over chunks that are newer than everything stored. */
  appendChunks(chunks: readonly Chunk[]): void {
    this.chunks = [...this.chunks, ...chunks];
  }

  private append(points: readonly Point[]): void {
    const added: Chunk[] = [];
    let last = this.chunks.at(-1);
    let room = points.length;
    for (const point of points) {
      if (last === undefined || !last.takes(point.ts)) {
        last = new Chunk(point.ts, Math.min(CHUNK_POINTS, room));
        added.push(last);
      }
      last.append(point);
      room -= 1;
    }
    if (added.length > 0) this.appendChunks(added);
  }

  private merge(points: readonly Point[]): void {
    const low = points[0]?.ts ?? 0n;
    const high = points.at(-1)?.ts ?? 0n;
    const before = this.chunks.filter((c) => c.timestamp(c.count - 1) < low);
    const after = this.chunks.filter((c) => c.timestamp(0) > high);
    const touched = this.chunks.slice(before.length, this.chunks.length - after.length);
    const rebuilt: Chunk[] = [];
    let last: Chunk | undefined;
    for (const point of merged(touched, points)) {
      if (last === undefined || !last.takes(point.ts)) {
        last = new Chunk(point.ts, 64);
        rebuilt.push(last);
      }
      last.append(point);
    }
    this.chunks = [...before, ...rebuilt, ...after];
  }
}

function* merged(chunks: readonly Chunk[], points: readonly Point[]): Generator<Point> {
  let next = 0;
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.count; row++) {
      const ts = chunk.timestamp(row);
      let replaced = false;
      for (let point = points[next]; point !== undefined && point.ts <= ts; point = points[next]) {
        replaced ||= point.ts === ts;
        next += 1;
        yield point;
      }
      if (!replaced) yield chunk.point(row);
    }
  }
  yield* points.slice(next);
}

function sortedUnique(points: readonly Point[]): readonly Point[] {
  let ascending = true;
  for (let i = 1; i < points.length && ascending; i++) {
    ascending = (points[i - 1]?.ts ?? 0n) < (points[i]?.ts ?? 0n);
  }
  if (ascending) return points;
  const sorted = points.toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  return sorted.filter((point, i) => sorted[i + 1]?.ts !== point.ts);
}

/** `{a=b,c=d}`, percent-encoded. */
export function labelText(labels: readonly (readonly [string, string])[]): string {
  return `{${labels.map(([k, v]) => `${encodePercent(k)}=${encodePercent(v)}`).join(",")}}`;
}
