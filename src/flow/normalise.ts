// What a person wrote, with defaults → what the program holds. Total: whatever passes the schema
// normalises.
import type { Match, Selector } from "../warp10/selector.ts";
import { parseAddress, type AddressResult } from "./address.ts";
import { parseDuration } from "./duration.ts";
import { millisecondsOf } from "./fields.ts";
import type { Export, Flow, HandOver, Purge, Retry, WriteFence } from "./flow.ts";
import type { FilledFlow } from "./schema.ts";

type Written<Section extends keyof FilledFlow> = FilledFlow[Section];

export function normaliseFlow(written: FilledFlow): Flow {
  return {
    version: 1,
    name: written.flow,
    description: written.description,
    source: sourceOf(written.source),
    period: {
      every: written.period.every,
      keepHot: valid(parseDuration(written.period["keep-hot"])),
      first: written.period.first,
    },
    batches: {
      sliceMs: written.batches.slice === undefined ? null : msOf(written.batches.slice),
      byLabel: written.batches["by-label"] ?? null,
      maxSeries: written.batches["max-series"],
      maxMs: written.batches["max-hours"] * HOUR_MS,
    },
    export: exportOf(written.export, addressOf(written.source.warp10)),
    archive: archiveOf(written.archive),
    run: runOf(written.run),
    purge: purgeOf(written.purge, addressOf(written.source.warp10)),
    alerts: alertsOf(written.alerts),
  };
}

const HOUR_MS = 3_600_000;

/** What a rule refuses (rules-export.ts) becomes whatever type-checks: such a flow is not used. */
function exportOf(written: Written<"export">, warp10: string): Export {
  if (written.format === "parquet") return { format: "parquet" };
  const { store } = written;
  return {
    format: "hfile",
    handOver: handOverOf(written),
    compress: written.compress ?? "GZ",
    blockSize: written["block-size"] ?? 65_536,
    store: store
      ? {
          warp10: store.warp10 === undefined ? warp10 : addressOf(store.warp10),
          token: store["read-token"],
          name: store.name,
          directory: store.directory ?? null,
          root: store.root ?? store.directory ?? null,
        }
      : null,
  };
}

function handOverOf(written: Written<"export">): HandOver {
  switch (written["hand-over"]) {
    case "http":
      return { kind: "http", url: written.url === undefined ? "" : addressOf(written.url) };
    case "bucket":
      return { kind: "bucket", prefix: written.prefix ?? "" };
    case "directory":
    case undefined:
      return { kind: "directory", directory: written.directory ?? "" };
  }
}

function sourceOf(source: Written<"source">): Flow["source"] {
  return {
    warp10: addressOf(source.warp10),
    readToken: source["read-token"],
    deleteToken: source["delete-token"],
    probeToken: source["probe-token"],
    timeUnit: source["time-unit"] ?? null,
    select: source.select.map(selectorOf),
  };
}

/** A selector as written → as held. */
export function selectorOf(written: Written<"source">["select"][number]): Selector {
  const labels = Object.entries(written.labels).map(([name, match]) => [name, matchOf(match)]);
  return { class: matchOf(written.class), labels: Object.fromEntries(labels) };
}

function matchOf(written: string | { regex: string }): Match {
  if (typeof written !== "string") return { regex: written.regex };
  return written === "" ? { empty: true } : { exact: written };
}

function archiveOf(archive: Written<"archive">): Flow["archive"] {
  return {
    s3: addressOf(archive.s3),
    bucket: archive.bucket,
    prefix: archive.prefix,
    accessKeyId: archive["access-key-id"],
    secretAccessKey: archive["secret-access-key"],
  };
}

function runOf(run: Written<"run">): Flow["run"] {
  const { shards, parallel, order, environment } = run;
  return {
    shards,
    parallel,
    order,
    runners: run.runners ?? null,
    environment,
    retry: retryOf(run.retry),
    timeoutMs: msOf(run.timeout),
  };
}

function retryOf(retry: Written<"run">["retry"]): Retry {
  return {
    type: retry.type,
    intervalMs: msOf(retry.interval),
    maxIntervalMs: msOf(retry["max-interval"]),
    maxAttempts: retry["max-attempts"],
    maxDurationMs: msOf(retry["max-duration"]),
  };
}

function purgeOf(purge: Written<"purge">, warp10: string): Purge {
  const { series, points, batches } = purge.budget;
  return {
    mode: purge.mode,
    approveBy: purge["approve-by"],
    runners: purge.runners ?? null,
    graceMs: msOf(purge.grace),
    writeFence: fenceOf(purge["write-fence"], warp10),
    budget: { series: series ?? null, points: points ?? null, batches: batches ?? null },
  };
}

function fenceOf(fence: Written<"purge">["write-fence"], warp10: string): WriteFence | null {
  if (fence === undefined) return null;
  if ("accept-risk" in fence) return { kind: "accept-risk", reason: fence["accept-risk"] };
  return {
    kind: "probe",
    maxPastMs: msOf(fence["max-past"]),
    lagMs: msOf(fence.lag),
    probe: fence.probe?.map(addressOf) ?? [warp10],
  };
}

function alertsOf({ issue, slack, webhook, ...rest }: Written<"alerts">): Flow["alerts"] {
  return {
    issue,
    slack: slack
      ? { webhook: slack.webhook, botToken: slack["bot-token"], channel: slack.channel ?? null }
      : null,
    webhook: webhook ? { url: addressOf(webhook.url), token: webhook.token } : null,
    overdueAfterMs: msOf(rest["overdue-after"]),
  };
}

const msOf = (text: string): number => valid(millisecondsOf(text));

function addressOf(text: string): string {
  const result: AddressResult = parseAddress(text);
  return valid("address" in result ? result.address : undefined);
}

/**
 * The schema has checked the value; this tells the compiler, and would catch a schema that no
 * longer does.
 */
function valid<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the schema let a value pass that does not normalise");
  return value;
}
