// Opening what HFiles are written and read with: scripts on the Warp 10 that is dumped, the place
// of the dumps, and the store that serves the archive.
import { type HfileArchive, openHfileArchive } from "../archive/hfile/archive.ts";
import { digestHot } from "../archive/hfile/hot-digests.ts";
import { type HandOver, openHandOver } from "../archive/hfile/hand-over.ts";
import { HFILE_LIMITS, type HfileLimits } from "../archive/hfile/limits.ts";
import { servedByDump, servedFrom } from "../archive/hfile/served-files.ts";
import { hfileExporter } from "../archive/hfile/export.ts";
import type { Exporter } from "../archive/exporter.ts";
import type { Flow, HFileExport } from "../flow/flow.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Progress } from "../runtime/progress.ts";
import { randomFraction } from "../runtime/random.ts";
import { retrying, type RetryPolicy } from "../runtime/retry.ts";
import type { HfileReading } from "../verify/read-hfile.ts";
import { totalsOf } from "../verify/read-hot.ts";
import type { Hot } from "../warp10/hot.ts";
import { openScripts } from "../warp10/scripts-port.ts";
import { type OpenStore, secret } from "./open.ts";
import { flagOption, type Invocation, withSignal } from "./verb.ts";

/** What was opened for one flow, to be closed. */
export interface OpenHfiles {
  /** For verify, gate and reconcile; also where the flow itself writes Parquet now. */
  readonly reading: HfileReading;
  /** Longest generation, ms. */
  readonly timeboxMs: number;
  /** For archive; only where the flow writes HFiles. */
  exporter(form: HFileExport, progress: Progress): Exporter;
  close(): Promise<void>;
}

/** The limits of HFiles; tests pass others. */
export const hfileLimits = (inv: Invocation): HfileLimits => ({
  ...HFILE_LIMITS,
  ...inv.io.limits?.hfile,
});

/**
 * How passing failures of the store and of the hand-over are met in the middle of a large file: it
 * is worth more patience than a small object.
 */
const FILE_RETRY: RetryPolicy = {
  type: "random",
  intervalMs: 500,
  maxIntervalMs: 30_000,
  maxAttempts: 12,
  maxDurationMs: 1_800_000,
};

/** What HFiles are opened beside. */
export interface HfilePorts {
  readonly hot: Hot;
  readonly store: OpenStore;
  /** False where nothing is read by HFFETCH: the job that archives needs no token for the store. */
  readonly reads?: boolean;
}

/** Opens everything; sends nothing yet. */
export function openHfiles(
  inv: Invocation,
  flow: Flow,
  { hot, store, reads = true }: HfilePorts,
): OpenHfiles {
  const { clock } = inv.io;
  const { log } = inv;
  const limits = hfileLimits(inv);
  const timeboxMs = limits.timeboxMs ?? flow.batches.maxMs;
  const retry = retrying(FILE_RETRY, clock, randomFraction);
  const scripts = openScripts({
    url: flow.source.warp10,
    token: secret(inv, flow.source.readToken, "read token"),
    tokenName: "read token",
    clock,
    log,
  });
  const form = flow.export.format === "hfile" ? flow.export : undefined;
  const handOver = form && openHandOver(form.handOver, { large: store.large, clock });
  const archive =
    reads && form?.store && handOver ? openArchive(inv, form.store, handOver, store) : undefined;
  return {
    timeboxMs,
    reading: {
      large: store.large,
      archive: archive?.archive,
      hotDigests: async (selector, range, reading, points) =>
        totalsOf(await digestHot({ scripts, hot }, selector, range, reading, points)),
    },
    exporter: (wanted, progress) => {
      refuseDryRun(inv);
      return hfileExporter({
        scripts,
        large: store.largeOnce,
        handOver: handOver ?? openHandOver(wanted.handOver, { large: store.large, clock }),
        form: wanted,
        clock,
        log,
        limits,
        timeboxMs,
        retry,
        onProgress: (batch, moved) => progress.moving(batch, moved),
      });
    },
    close: async () => {
      await Promise.all([scripts.close(), handOver?.close(), archive?.close()]);
    },
  };
}

/** The store's side: its scripts, and how its files are seen. */
function openArchive(
  inv: Invocation,
  named: NonNullable<HFileExport["store"]>,
  dumps: HandOver,
  { large }: OpenStore,
): { archive: HfileArchive; close(): Promise<void> } {
  const { clock, signal } = inv.io;
  const { log } = inv;
  const scripts = openScripts({
    url: named.warp10,
    token: secret(inv, named.token, "token that reads the HFiles"),
    tokenName: "token that reads the HFiles",
    clock,
    log,
  });
  const served =
    named.directory === null
      ? servedByDump(dumps, signal)
      : servedFrom(named.directory, large, signal);
  const root = named.directory === null ? null : named.root;
  const store = { name: named.name, root };
  const limits = hfileLimits(inv);
  const work = { scripts, store, served, clock, log, limits, ...withSignal(inv.io) };
  return { archive: openHfileArchive(work), close: () => scripts.close() };
}

function refuseDryRun(inv: Invocation): void {
  if (!flagOption(inv.options, "dry-run")) return;
  throw new CellarmanError("usage", "HFDUMP writes a file on the server: not in a dry run", {
    hint: "Look at cellarman plan instead, or archive without --dry-run.",
  });
}
