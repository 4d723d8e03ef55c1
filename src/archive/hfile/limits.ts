// Every limit of HFiles, by name (docs/reference/limits.md). Tests may pass other numbers; a flow
// cannot.

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export interface HfileLimits {
  /** How often a running generation is asked how far it is. */
  readonly pollMs: number;
  /**
   * A generation whose call was cut counts as gone when it was not listed in this many looks in a
   * row: a call that the server took and has not begun yet would be missing from one.
   */
  readonly goneLooks: number;
  /**
   * Added to the server's own deadline before a generation that nobody can look at counts as gone.
   */
  readonly deadlineMarginMs: number;
  /** A file in the dump folder is whole when its size stays the same for so long. */
  readonly stableMs: number;
  /** How long a finished file may take to be seen: file systems on the network show it late. */
  readonly appearMs: number;
  /** One question about a session may take this long. */
  readonly askMs: number;
  /** How long a file may take to be seen by HFFETCH after HFCAT, HFOPEN or HFRESCAN. */
  readonly catalogueMs: number;
  /** Points of one HFFETCH at most: the server holds them in its memory. */
  readonly coldPoints: number;
  /** Points of one HFFETCH whose points are sent: the server's answer ends at 20 MiB of JSON. */
  readonly sentPoints: number;
  /** Longest generation, ms, instead of the flow's: for tests alone. */
  readonly timeboxMs?: number;
}

export const HFILE_LIMITS: HfileLimits = {
  pollMs: 15 * SECOND_MS,
  goneLooks: 3,
  deadlineMarginMs: MINUTE_MS,
  stableMs: 2 * SECOND_MS,
  appearMs: MINUTE_MS,
  askMs: 30 * SECOND_MS,
  catalogueMs: 10 * MINUTE_MS,
  coldPoints: 5_000_000,
  sentPoints: 50_000,
};
