// An audit as a document and as text: the same facts, one for programs, one for people. Pure.
import type { Point, Value } from "../archive/points.ts";
import type { Stored } from "../cellar/records.ts";
import { linksOf } from "../ledger/chain.ts";
import type { LedgerRecord } from "../ledger/kinds.ts";
import { describePoint } from "../verify/points.ts";
import type { JudgedHolder, Story } from "./audit.ts";

/** What hot says of the point, now. */
export type HotAnswer =
  | { readonly read: false; readonly why: string }
  | { readonly read: true; readonly point: Point | undefined };

/** What an audit comes to. */
export type Verdict =
  /** The archive holds it, whole and with an unbroken chain; hot, where read, agrees. */
  | "archived"
  /** Hot holds it, and no seal does: not archived yet. */
  | "hot-only"
  /** Neither holds it, or hot could not be asked. */
  | "nowhere"
  /** Something is wrong: see `problems`. */
  | "wrong";

/** Everything that an audit prints. */
export interface Audited {
  readonly flow: string;
  readonly period: string;
  readonly identity: string;
  readonly time: bigint;
  readonly iso: string;
  readonly verdict: Verdict;
  readonly problems: readonly string[];
  readonly story: Story;
  readonly hot: HotAnswer;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The document of `--json`. */
export function auditJson(audited: Audited): Record<string, unknown> {
  const { flow, period, identity, time, iso: at, verdict, problems, story, hot } = audited;
  return {
    flow,
    period,
    series: identity,
    time: String(time),
    iso: at,
    verdict,
    problems,
    archive: story.holders.map(holderJson),
    deletion: story.intents.map((intent) => ({
      intent: intent.key,
      at: iso(intent.lastModifiedMs),
      seals: intent.value.view.map((q) => q.key),
      allowedBy: (intent.value.previous ?? []).map((q) => q.key),
      settledBy:
        settling(story, intent.key)
          .map((r) => ({ receipt: r.key, at: iso(r.lastModifiedMs) }))
          .at(0) ?? null,
    })),
    chain: { unbroken: story.unbroken, records: story.records.map(recordJson) },
    hot: hot.read ? { read: true, point: hot.point ? pointJson(hot.point) : null } : hot,
  };
}

/** The purge receipts that quote an intent. */
const settling = (story: Story, intent: string): Stored<LedgerRecord>[] =>
  story.records.filter(
    ({ value }) =>
      value.schema === "cellarman/purged/1" && linksOf(value).some((q) => q.key === intent),
  );

const holderJson = ({ seal, place, counts, wrong }: JudgedHolder): object => ({
  seal: seal.key,
  sha256: seal.sha256,
  sealedAt: iso(seal.lastModifiedMs),
  batch: seal.value.batch,
  attempt: seal.value.attempt,
  plan: seal.value.plan,
  counts,
  ...(wrong === undefined ? {} : { wrong }),
  place: place
    ? {
        object: place.object,
        sha256: place.sha256,
        rowGroup: place.rowGroup,
        row: place.row,
        point: pointJson(place.point),
      }
    : null,
});

const recordJson = ({ key, sha256, value, lastModifiedMs }: Stored<LedgerRecord>): object => ({
  kind: kindOf(value),
  key,
  sha256,
  at: iso(lastModifiedMs),
  process: value.process,
});

/** `cellarman/seal/1` is a seal. */
const kindOf = (value: LedgerRecord): string => value.schema.split("/")[1] ?? "";

function pointJson({ timestamp, value, location, elevation }: Point): object {
  return {
    timestamp: String(timestamp),
    type: typeOf(value),
    value: value instanceof Uint8Array ? Buffer.from(value).toString("base64") : textOf(value),
    ...(location ? { location } : {}),
    ...(elevation === undefined ? {} : { elevation: String(elevation) }),
  };
}

const textOf = (value: Exclude<Value, Uint8Array>): string =>
  Object.is(value, -0) ? "-0.0" : String(value);

function typeOf(value: Value): string {
  if (value instanceof Uint8Array) return "BINARY";
  if (typeof value === "bigint") return "LONG";
  if (typeof value === "number") return "DOUBLE";
  return typeof value === "boolean" ? "BOOLEAN" : "STRING";
}

const SAID: Readonly<Record<Verdict, string>> = {
  archived: "archived, and its chain of receipts is unbroken",
  "hot-only": "in hot only: no seal holds it yet",
  nowhere: "in no seal, and hot does not show it",
  wrong: "WRONG: see below",
};

/** The same for people. */
export function auditText(audited: Audited): string {
  const { flow, period, identity, time, iso: at, verdict, problems, story, hot } = audited;
  return [
    `${identity} at ${time} (${at}), ${flow} ${period}`,
    `  ${SAID[verdict]}`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
    "In the archive, read now:",
    ...(story.holders.some((h) => h.place) ? [] : ["  nothing"]),
    ...story.holders.flatMap(holderLines),
    "In hot:",
    `  ${hotText(hot)}`,
    "Deletions that covered it:",
    ...(story.intents.length > 0 ? [] : ["  none"]),
    ...story.intents.flatMap((intent) => [
      `  ${iso(intent.lastModifiedMs)}  ${intent.key}`,
      ...(intent.value.previous ?? []).map((q) => `    allowed by ${q.key}`),
      ...settling(story, intent.key).map(
        (r) => `    ${iso(r.lastModifiedMs)}  settled by ${r.key}`,
      ),
    ]),
    `Chain, by the store's clock (${story.unbroken ? "unbroken" : "BROKEN"}):`,
    ...story.records.map(recordLine),
    "",
  ].join("\n");
}

function recordLine({ key, sha256, value, lastModifiedMs }: Stored<LedgerRecord>): string {
  return `  ${iso(lastModifiedMs)}  ${kindOf(value).padEnd(10)}  ${sha256.slice(0, 12)}  ${key}`;
}

function holderLines({ seal, place, counts, wrong }: JudgedHolder): string[] {
  if (!place) return wrong === undefined ? [] : [`  unreadable: ${seal.key}`];
  return [
    `  ${describePoint(place.point)}${counts ? "" : "  (a later seal's value counts)"}`,
    `    ${place.object}, row group ${place.rowGroup}, row ${place.row}`,
    `    batch ${seal.value.batch}, attempt ${seal.value.attempt}`,
    `    sealed ${iso(seal.lastModifiedMs)} by ${seal.key}`,
  ];
}

function hotText(hot: HotAnswer): string {
  if (!hot.read) return `not read: ${hot.why}`;
  return hot.point ? describePoint(hot.point) : "no such point";
}
