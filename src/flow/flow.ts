// A flow as the program holds it: normalised, every key there. `null` means "left to the tool", as
// each comment says.
import type { Selector } from "../warp10/selector.ts";
import type { TimeUnit } from "../warp10/range.ts";
import type { CalendarDuration } from "./duration.ts";

/** The name of an environment variable that holds a secret; never the secret. */
export interface EnvName {
  readonly env: string;
}

export interface Flow {
  readonly version: 1;
  /** `[a-z0-9-]`, at most 64: the archive's folder. */
  readonly name: string;
  /** Empty when not said. */
  readonly description: string;
  readonly source: Source;
  readonly period: PeriodRule;
  readonly batches: BatchRule;
  readonly export: Export;
  readonly archive: Archive;
  readonly run: Run;
  readonly purge: Purge;
  readonly alerts: Alerts;
}

export interface Source {
  /** Origin and path, no slash at the end: `${warp10}/api/v0/fetch`. */
  readonly warp10: string;
  readonly readToken: EnvName;
  readonly deleteToken: EnvName;
  readonly probeToken: EnvName;
  /** null: the unit that the server says, pinned by the plan. */
  readonly timeUnit: TimeUnit | null;
  /** At least one; no two equal. */
  readonly select: readonly Selector[];
}

export type PeriodKind = "month" | "week" | "day";

export interface PeriodRule {
  readonly every: PeriodKind;
  /** At least one period. */
  readonly keepHot: CalendarDuration;
  /** Name of the first period: `2025-11` (month), `2025-W03` (ISO week), `2025-11-03` (day). */
  readonly first: string;
}

export interface BatchRule {
  /** null: from the estimate. */
  readonly sliceMs: number | null;
  /** null: groups by class name. */
  readonly byLabel: string | null;
  readonly maxSeries: number;
  /** Longest generation of one HFile, ms. */
  readonly maxMs: number;
}

export type Export = { readonly format: "parquet" } | HFileExport;

/** Archiving as HFiles (design §4). */
export interface HFileExport {
  readonly format: "hfile";
  readonly handOver: HandOver;
  readonly compress: "NONE" | "GZ" | "SNAPPY" | "LZ4" | "LZO";
  readonly blockSize: number;
  /** null: `proof: dump-digest`, so that nothing can be read back and nothing is purged. */
  readonly store: HFileStore | null;
}

/** How the files leave the Warp 10 host. */
export type HandOver =
  /** Absolute; as the runner sees it. */
  | { readonly kind: "directory"; readonly directory: string }
  /** No slash at its end. */
  | { readonly kind: "http"; readonly url: string }
  /** Within the archive's own prefix; no slashes at its ends. */
  | { readonly kind: "bucket"; readonly prefix: string };

/** Where HFFETCH reads the archive. */
export interface HFileStore {
  readonly warp10: string;
  readonly token: EnvName;
  readonly name: string;
  /** null: the store serves the folder that HFDUMP writes to. */
  readonly directory: string | null;
  /** The same folder as that Warp 10 sees it; null: the store is open already. */
  readonly root: string | null;
}

export interface Archive {
  /** Origin only. */
  readonly s3: string;
  readonly bucket: string;
  /** Without slashes at its ends; empty: none. */
  readonly prefix: string;
  readonly accessKeyId: EnvName;
  readonly secretAccessKey: EnvName;
}

export interface Run {
  readonly shards: number;
  /** Batches in flight over all shards. */
  readonly parallel: number;
  readonly order: "parallel" | "sequential";
  /** Labels of the CI runners that archive and verify; null: hosted ones. */
  readonly runners: readonly string[] | null;
  /** CI environments are named after this: `NAME-archive`, `-verify`, `-approve`, `-purge`. */
  readonly environment: string;
  readonly retry: Retry;
  /** Longest duration of one command's work, ms. */
  readonly timeoutMs: number;
}

export interface Retry {
  /** `random` is full jitter: anything from 0 to the exponential's wait. */
  readonly type: "constant" | "exponential" | "random";
  readonly intervalMs: number;
  readonly maxIntervalMs: number;
  readonly maxAttempts: number;
  readonly maxDurationMs: number;
}

export interface Purge {
  readonly mode: "never" | "approve" | "automatic";
  readonly approveBy: "command" | "pull-request" | "environment";
  /** Labels of the CI runners that purge; null: hosted ones. */
  readonly runners: readonly string[] | null;
  readonly graceMs: number;
  /** null only where `mode` is never. */
  readonly writeFence: WriteFence | null;
  readonly budget: Budget;
}

export type WriteFence =
  | {
      readonly kind: "probe";
      readonly maxPastMs: number;
      readonly lagMs: number;
      /** Ingress addresses, normalised as `source.warp10`; at least one. */
      readonly probe: readonly string[];
    }
  | { readonly kind: "accept-risk"; readonly reason: string };

/** Of one run; null: from history. */
export interface Budget {
  readonly series: number | null;
  readonly points: number | null;
  readonly batches: number | null;
}

/** Who is told when the flow needs a person. */
export interface Alerts {
  readonly issue: {
    readonly labels: readonly string[];
    readonly assignees: readonly string[];
    /** Accounts, or `organisation/team`. */
    readonly mentions: readonly string[];
  };
  readonly slack: {
    readonly webhook: EnvName;
    readonly botToken: EnvName;
    readonly channel: string | null;
  } | null;
  readonly webhook: { readonly url: string; readonly token: EnvName } | null;
  readonly overdueAfterMs: number;
}
