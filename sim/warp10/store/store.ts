// All series of one server: found by selector, written, deleted, and loaded in bulk.
import { Series } from "./series.ts";
import { chunksOf } from "./bulk.ts";
import type { BulkPoints } from "./bulk.ts";
import { labelsMatch } from "../selector.ts";
import type { Selector } from "../selector.ts";

/** Who a series belongs to, and its name. */
export interface SeriesName {
  readonly className: string;
  /** Without `.producer`, `.owner`, `.app`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly producer: string;
  readonly owner: string;
  readonly application: string;
}

/** Bounds on a series' last activity, ms: `>= activeAfter` and `< quietAfter` (facts warp10 §5). */
export interface ActivityBounds {
  readonly activeAfter?: bigint | undefined;
  readonly quietAfter?: bigint | undefined;
}

/** The series of one server, in memory. */
export class Store {
  private readonly byKey = new Map<string, Series>();
  private readonly byClass = new Map<string, Series[]>();
  private readonly unsorted = new Set<string>();
  private readonly absentSupport: boolean;

  constructor(options: { absentLabelSupport: boolean }) {
    this.absentSupport = options.absentLabelSupport;
  }

  /**
   * The series of a class and labels (all of them, hidden ones too); made, unlisted, where it is
   * new.
   */
  series(className: string, labels: ReadonlyMap<string, string>): Series {
    const key = keyOf(className, labels);
    let series = this.byKey.get(key);
    if (series === undefined) {
      series = new Series(className, labels, key);
      this.byKey.set(key, series);
    }
    return series;
  }

  /** The series of this identity if the directory lists it. */
  listed(className: string, labels: ReadonlyMap<string, string>): Series | undefined {
    const series = this.byKey.get(keyOf(className, labels));
    return series?.listed === true ? series : undefined;
  }

  /** Puts a series into the directory. */
  register(series: Series): void {
    if (series.listed) return;
    series.listed = true;
    const siblings = this.byClass.get(series.className);
    if (siblings === undefined) this.byClass.set(series.className, [series]);
    else siblings.push(series);
    this.unsorted.add(series.className);
  }

  /** Takes a series out of the directory; its points stay until somebody deletes them. */
  unregister(series: Series): void {
    series.listed = false;
    series.attributes = new Map();
    series.lastActivityMs = 0;
    const left = (this.byClass.get(series.className) ?? []).filter((other) => other !== series);
    if (left.length > 0) this.byClass.set(series.className, left);
    else this.byClass.delete(series.className);
    if (series.chunks.length === 0) this.byKey.delete(series.key);
  }

  /**
   * Listed series that a selector and bounds fit, always in the same order, which is not the
   * alphabet's.
   */
  *find(selector: Selector, bounds: ActivityBounds = {}): Generator<Series> {
    const { exact } = selector.classMatcher;
    const classes = exact === undefined ? [...this.byClass.keys()] : [exact];
    for (const className of classes) {
      if (exact === undefined && !selector.classMatcher.test(className)) continue;
      for (const series of this.siblings(className)) {
        if (!series.listed || !activityFits(series, bounds)) continue;
        const { labels, attributes } = series;
        if (labelsMatch(selector, labels, attributes, this.absentSupport)) yield series;
      }
    }
  }

  /** Every series that holds points or is listed. */
  all(): IterableIterator<Series> {
    return this.byKey.values();
  }

  /** Points stored, orphans of unlisted series included. */
  get points(): number {
    let sum = 0;
    for (const series of this.byKey.values()) sum += series.points;
    return sum;
  }

  /**
   * Stores points of one series at once and lists it, past every fence and token: for tests, demo
   * and benchmarks. Timestamps in platform units.
   */
  load(name: SeriesName, points: BulkPoints, lastActivityMs = 0): Series {
    const labels = new Map(Object.entries(name.labels));
    labels.set(".producer", name.producer).set(".owner", name.owner).set(".app", name.application);
    const series = this.series(name.className, labels);
    this.register(series);
    series.lastActivityMs = Math.max(series.lastActivityMs, lastActivityMs);
    const chunks = chunksOf(points);
    const first = chunks[0];
    const last = series.chunks.at(-1);
    if (first === undefined) return series;
    if (last === undefined || last.timestamp(last.count - 1) < first.timestamp(0)) {
      series.appendChunks(chunks);
    } else {
      for (const chunk of chunks) {
        series.write(Array.from({ length: chunk.count }, (_, row) => chunk.point(row)));
      }
    }
    return series;
  }

  private siblings(className: string): readonly Series[] {
    const siblings = this.byClass.get(className) ?? [];
    if (!this.unsorted.delete(className)) return siblings;
    // Series that differ in producer or owner only are neighbours, so that FETCH may take them for
    // one.
    const keyed = siblings.map((series) => ({ series, order: orderOf(series) }));
    keyed.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
    const sorted = keyed.map((entry) => entry.series);
    this.byClass.set(className, sorted);
    return sorted;
  }
}

function activityFits(series: Series, { activeAfter, quietAfter }: ActivityBounds): boolean {
  const last = BigInt(series.lastActivityMs);
  return (
    (activeAfter === undefined || last >= activeAfter) &&
    (quietAfter === undefined || last < quietAfter)
  );
}

function keyOf(className: string, labels: ReadonlyMap<string, string>): string {
  const pairs = [...labels].map(([name, value]) => `${name}\u0000${value}`);
  return [className, ...pairs.toSorted()].join("\u0001");
}

function orderOf(series: Series): string {
  const name = series.name(false);
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return `${(hash >>> 0).toString(16).padStart(8, "0")}${name}\u0001${series.key}`;
}
