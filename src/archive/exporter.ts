// The contract of an exporter (design §4): a batch becomes objects and facts. The attempt does all
// the rest.
import type { Cold } from "../cellar/cold.ts";
import type { BatchRef } from "../ledger/keys.ts";
import type { Manifest } from "../ledger/records.ts";
import type { Hot, ReadLimits } from "../warp10/hot.ts";
import type { Range, TimeUnit } from "../warp10/range.ts";
import type { ListedSeries } from "../warp10/series.ts";
import type { SeriesTotals } from "./points.ts";

/** Seals and intents known before a batch's first hot read. */
export interface Seen {
  readonly saw: readonly string[];
  readonly sawIntents: readonly string[];
}

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
  /** Where the work is recorded, by exporters that keep records of their own. */
  readonly ledger: ExportLedger;
}

/** What an exporter's own records are made of. */
export interface ExportLedger {
  readonly cold: Cold;
  readonly at: BatchRef;
  /** SHA-256 of the plan. */
  readonly plan: string;
  readonly process: string;
  readonly seen: Seen;
  /** Points that the plan estimated. */
  readonly points: string | null;
  readonly signal: AbortSignal | undefined;
}

/** One object's bytes, whole; or one that the exporter put itself. */
export type ExportedObject =
  | { readonly name: string; readonly bytes: Uint8Array; readonly rows: number }
  | { readonly stored: Manifest["seriesList"] };

/** A running export: objects as they are made, and the facts when all are. */
export interface ExportRun {
  readonly objects: AsyncIterable<ExportedObject>;
  /** Totals of every series with points; only after `objects` has ended. */
  totals(): readonly SeriesTotals[];
  /** What only an HFile's attempt says; after `objects` has ended. */
  hfile?(): HfileFacts;
  /** Called when the seal is there. */
  sealed?(): Promise<void>;
}

/** What an export of HFiles adds. */
export interface HfileFacts {
  readonly manifest: NonNullable<Manifest["hfile"]>;
  /** Known before the generation's first hot read, which another process may have begun. */
  readonly seen: Seen;
}

/** Makes an export run; what it throws fails the attempt. */
export type Exporter = (order: ExportOrder) => ExportRun;

/** The series of a batch as listed before its points were read. */
export type SeriesListing = ReadonlyMap<string, ListedSeries>;
