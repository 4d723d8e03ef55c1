// The contract of an exporter (design §4): a batch becomes objects and facts. The attempt does all
// the rest.
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range, TimeUnit } from "../warp10/range.ts";
import type { ListedSeries } from "../warp10/series.ts";
import type { SeriesTotals } from "./points.ts";

/** What an exporter is asked for. */
export interface ExportOrder {
  readonly hot: Hot;
  readonly selector: string;
  readonly range: Range;
  readonly unit: TimeUnit;
  /** Written into the objects, for people who find them alone. */
  readonly about: Readonly<Record<string, string>>;
  /** Limits of the read where the ordinary ones will not do. */
  readonly limits: ReadLimits | undefined;
}

/** One object's bytes, whole. */
export interface ExportedObject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** A running export: objects as they are made, and the facts when all are. */
export interface ExportRun {
  readonly objects: AsyncIterable<ExportedObject>;
  /** Totals of every series with points; only after `objects` has ended. */
  totals(): readonly SeriesTotals[];
}

/** Makes an export run; what it throws fails the attempt. */
export type Exporter = (order: ExportOrder) => ExportRun;

/** The series of a batch as listed before its points were read. */
export type SeriesListing = ReadonlyMap<string, ListedSeries>;
