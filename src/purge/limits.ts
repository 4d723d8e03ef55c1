// Every limit of the purge, by name (docs/reference/limits.md). Tests may pass other numbers; a
// flow cannot.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface PurgeLimits {
  /** How long the store may still collect what looked stored (facts cellar-s3 §0). */
  readonly gcWaitMs: number;
  /** Clocks of runner, server and store may differ by this. */
  readonly clockSkewMs: number;
  /** A write fence's second probe is repeated when older than this. */
  readonly fenceFreshMs: number;
  /** The hot read begins at most so long after the fence was probed. */
  readonly fenceRestsMs: number;
  /**
   * Points that one gate reads at most; a larger batch is gated and deleted in shorter time ranges.
   */
  readonly gatePoints: number;
  /**
   * The gate's hot read and count may take this long each; a warrant dies after 15 minutes anyway.
   */
  readonly gateReadMs: number;
  /**
   * One delete may take this long before its answer counts as lost; the server goes on meanwhile.
   */
  readonly deleteMs: number;
  /** One recount's deadline: reads over tombstones crawl (facts warp10 §1.4). */
  readonly recountMs: number;
  /**
   * How long a recount that is not zero is repeated: some servers delete later (facts warp10 §1.5).
   */
  readonly recountWaitMs: number;
  /** An approval's life, unless an intent rests on it. */
  readonly approvalMs: number;
  /** How long after the purge a batch is reconciled. */
  readonly reconcileMs: number;
}

/** The store's wait may be said to be shorter than a day, never than this. */
export const GC_WAIT_LEAST_MS = 4 * HOUR_MS;

export const PURGE_LIMITS: PurgeLimits = {
  gcWaitMs: DAY_MS,
  clockSkewMs: 5 * MINUTE_MS,
  fenceFreshMs: 5 * MINUTE_MS,
  fenceRestsMs: 6 * HOUR_MS,
  gatePoints: 200_000_000,
  gateReadMs: 14 * MINUTE_MS,
  deleteMs: 60 * MINUTE_MS,
  recountMs: 10 * MINUTE_MS,
  recountWaitMs: MINUTE_MS,
  approvalMs: 30 * DAY_MS,
  reconcileMs: HOUR_MS,
};
