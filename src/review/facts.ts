// What is known of a flow beside its file: from the ledger, from the server, or nothing.

/** How a number came about. */
export type Source = "ledger" | "server" | "history" | "unknown";

/** What one period amounts to; null: not known. */
export interface Amounts {
  readonly from: Source;
  readonly batches: number | null;
  readonly series: bigint | null;
  readonly points: bigint | null;
  readonly bytes: bigint | null;
  readonly hours: number | null;
}

export const UNKNOWN: Amounts = {
  from: "unknown",
  batches: null,
  series: null,
  points: null,
  bytes: null,
  hours: null,
};

/** A period by its ledger. */
export interface PeriodFacts {
  readonly state: "open" | "closed";
  readonly amounts: Amounts;
  /** When its last batch was verified, ms; undefined: not every one is. */
  readonly verifiedMs: number | undefined;
  /** Batches that left hot, or whose purge began. */
  readonly purged: number;
  /** An approval is in force. */
  readonly approved: boolean;
}

/** What the server says of the selections before and after the change. */
export interface SelectionFacts {
  readonly before: bigint | null;
  readonly after: bigint | null;
  /** Series that only the new selection has, and that only the old one had. */
  readonly added: bigint;
  readonly dropped: bigint;
  /** Of one series, sampled; null: not known. */
  readonly pointsPerMs: number | null;
  /** Batches that a period would be cut into now; null: not known. */
  readonly batches: { readonly before: number | null; readonly after: number | null };
}

/** Everything that is known of one flow. */
export interface FlowFacts {
  readonly periods: ReadonlyMap<string, PeriodFacts> | undefined;
  readonly selection: SelectionFacts | undefined;
  /** Why the rest is not known: sentences. */
  readonly unknown: readonly string[];
}

export const NOTHING_KNOWN: FlowFacts = { periods: undefined, selection: undefined, unknown: [] };
