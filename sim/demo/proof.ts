// Holds the archive against what hot held: every point, by its value, once.
import { type Point as ReadPoint, pointAt } from "../../src/archive/points.ts";
import { readParquetPoints } from "../../src/archive/parquet/read.ts";
import { fromHHCode } from "../warp10/text/location.ts";
import { NO_ELEVATION, NO_LOCATION, type Point } from "../warp10/values.ts";
import { type Copy, type HeldSeries, identityOf, isSameValue } from "./copy.ts";

/** What the archive was found to hold. */
export interface Compared {
  readonly points: number;
  /** The first point that is not as it was in hot; undefined: all are. */
  readonly wrong: string | undefined;
}

/** Reads objects with the Parquet reader and looks up each point; one that comes twice is wrong. */
export async function compareArchive(objects: Iterable<Uint8Array>, copy: Copy): Promise<Compared> {
  const seen = new Map<HeldSeries, Uint8Array>();
  let points = 0;
  for (const bytes of objects) {
    const stream = readParquetPoints(bytes);
    for await (const batch of stream) {
      points += batch.rows;
      let [number, finder] = [-1, undefined as Finder | undefined];
      for (let row = 0; row < batch.rows; row++) {
        if (batch.series[row] !== number) {
          number = batch.series[row] ?? 0;
          finder = finderOf(stream.series[number], copy, seen);
        }
        const point = pointAt(batch, row);
        if (finder?.take(point) !== true) {
          const at = `${stream.series[number]?.identity ?? ""} at ${point.timestamp}`;
          return { points, wrong: at };
        }
      }
    }
  }
  return { points, wrong: undefined };
}

function finderOf(
  series: { className: string; labels: Readonly<Record<string, string>> } | undefined,
  copy: Copy,
  seen: Map<HeldSeries, Uint8Array>,
): Finder | undefined {
  if (series === undefined) return undefined;
  const held = copy.get(identityOf(series.className, Object.entries(series.labels)));
  if (held === undefined) return undefined;
  const marks = seen.get(held) ?? new Uint8Array(held.rows);
  seen.set(held, marks);
  return new Finder(held, marks);
}

/** Finds points of one series that come newest first: mostly it is the one before the last. */
class Finder {
  private readonly held: HeldSeries;
  private readonly marks: Uint8Array;
  private next = -1;

  constructor(held: HeldSeries, marks: Uint8Array) {
    this.held = held;
    this.marks = marks;
  }

  /** True when this very point was in hot, and comes for the first time. */
  take(point: ReadPoint): boolean {
    let was = this.next >= 0 ? this.held.at(this.next) : undefined;
    if (was?.ts !== point.timestamp) {
      this.next = this.held.find(point.timestamp);
      was = this.next >= 0 ? this.held.at(this.next) : undefined;
    }
    if (was === undefined || this.marks[this.next] !== 0 || !isSame(was, point)) return false;
    this.marks[this.next] = 1;
    this.next -= 1;
    return true;
  }
}

function isSame(was: Point, is: ReadPoint): boolean {
  if (!isSameValue(was.value, is.value)) return false;
  if (was.elevation !== (is.elevation ?? NO_ELEVATION)) return false;
  if (was.location === NO_LOCATION) return is.location === undefined;
  const [latitude, longitude] = fromHHCode(was.location);
  return is.location?.latitude === latitude && is.location.longitude === longitude;
}
