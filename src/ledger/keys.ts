// Where each record lies. Keys begin with their role, so that a job's bucket key can be limited to
// its prefixes (design §5). Only characters of a fixed grammar: nothing that a person wrote freely
// becomes part of a key.
import { CellarmanError } from "../runtime/errors.ts";

/** Names that may stand in a key between slashes. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._=-]{0,127}$/;

/** What a hold covers. `server` is the hash that `serverId` makes of an address. */
export type HoldScope =
  | { readonly kind: "all" }
  | { readonly kind: "server"; readonly server: string }
  | { readonly kind: "flow"; readonly flow: string }
  | { readonly kind: "period"; readonly flow: string; readonly period: string }
  | {
      readonly kind: "batch";
      readonly flow: string;
      readonly period: string;
      readonly batch: string;
    };

/** A period of a flow. */
export interface PeriodRef {
  readonly flow: string;
  readonly period: string;
}

/** A batch of a period. */
export interface BatchRef extends PeriodRef {
  readonly batch: string;
}

/** Roles whose records lie under `<role>/<flow>/<period>/<batch>/<id>.json`. */
export type BatchRole = "seals" | "reconciled" | "ended" | "findings" | "withdrawn";

/** Joins segments after checking each; throws code "internal" on one that is no key segment. */
export function joinKey(...segments: readonly string[]): string {
  for (const segment of segments) {
    if (!SEGMENT.test(segment)) {
      throw new CellarmanError("internal", `"${segment}" cannot be part of an object key`);
    }
  }
  return segments.join("/");
}

export const attemptPrefix = (at: BatchRef, attempt: string): string =>
  `${joinKey("data", at.flow, `period=${at.period}`, at.batch, attempt)}/`;

export const planKey = (at: PeriodRef, id: string): string =>
  joinKey("plans", at.flow, at.period, `plan-${id}.json`);
export const supplementKey = (at: PeriodRef, id: string): string =>
  joinKey("plans", at.flow, at.period, `supplement-${id}.json`);
/** Numbered: names the plan that rules (design §3, "One plan rules a period"). */
export const rulingKey = (at: PeriodRef, n: number): string =>
  joinKey("plans", at.flow, at.period, "ruling", String(n));
/** Numbered like the ruling that it retires. */
export const retiredKey = (at: PeriodRef, n: number): string =>
  joinKey("plans", at.flow, at.period, "retired", String(n));

/** Numbered: names a seal's key, so that the seal is found though a listing forgets it. */
export const markerKey = (at: BatchRef, n: number): string =>
  joinKey("markers", at.flow, at.period, at.batch, String(n));
/** Numbered: a delete may have happened from here on. */
export const intentKey = (at: BatchRef, n: number): string =>
  joinKey("intents", at.flow, at.period, at.batch, String(n));
/** Numbered: one HFDUMP of a batch, recorded before it is called. */
export const generationKey = (at: BatchRef, n: number): string =>
  joinKey("generations", at.flow, at.period, at.batch, String(n));
/** Numbered like the generation that it ends. */
export const generationEndedKey = (at: BatchRef, n: number): string =>
  joinKey("generations-ended", at.flow, at.period, at.batch, String(n));
/** The one multipart upload of a file of a generation. */
export const uploadKey = (at: BatchRef, generation: string, file: string): string =>
  joinKey("uploads", at.flow, at.period, at.batch, `${generation}.${file}.json`);
/** Numbered: whether the last recount on a server ended in time. */
export const recountKey = (server: string, n: number): string =>
  joinKey("recounts", server, String(n));

export const batchRecordKey = (role: BatchRole, at: BatchRef, id: string): string =>
  joinKey(role, at.flow, at.period, at.batch, `${id}.json`);
/**
 * What the id of a receipt begins with that says only what HFDUMP's macro was handed: a listing
 * tells it from one that says what the file holds.
 */
export const DUMP_RECEIPT = "dump-";
/** Whether the id of a verify receipt (`idOfKey`) is of that kind. */
export const isDumpReceipt = (id: string): boolean =>
  id.split(".")[1]?.startsWith(DUMP_RECEIPT) === true;
/** A verify receipt's key names the seal's id, so that a listing alone tells what is verified. */
export const verifiedKey = (at: BatchRef, sealId: string, id: string): string =>
  joinKey("verified", at.flow, at.period, at.batch, `${sealId}.${id}.json`);
/** A purge receipt's key names how many intents it settles. */
export const purgedKey = (at: BatchRef, intents: number, id: string): string =>
  joinKey("purged", at.flow, at.period, at.batch, `${intents}.${id}.json`);
export const approvalKey = (at: PeriodRef, id: string): string =>
  joinKey("approved", at.flow, at.period, `${id}.json`);
/** A proposal's key names the digest of its list: that is what an approval's file names. */
export const proposalKey = (at: PeriodRef, digest: string, id: string): string =>
  joinKey("proposals", at.flow, at.period, `${digest}.${id}.json`);
export const closedKey = (at: PeriodRef, id: string): string =>
  joinKey("closed", at.flow, at.period, `${id}.json`);
export const purgeListKey = (flow: string, id: string): string =>
  joinKey("lists", flow, `${id}.json`);
/** Which batch goes to which leg of one planned run. */
export const legsKey = (flow: string, plan: string): string =>
  joinKey("legs", flow, `${plan}.json`);
export const fenceProbeKey = (at: PeriodRef, id: string): string =>
  joinKey("fences", at.flow, at.period, `${id}.json`);

function scopePath(scope: HoldScope): string[] {
  switch (scope.kind) {
    case "all":
      return ["all"];
    case "server":
      return ["server", scope.server];
    case "flow":
      return ["flow", scope.flow];
    case "period":
      return ["period", scope.flow, scope.period];
    case "batch":
      return ["batch", scope.flow, scope.period, scope.batch];
  }
}

export const holdKey = (scope: HoldScope, n: number): string =>
  joinKey("holds", ...scopePath(scope), String(n));
export const liftKey = (scope: HoldScope, n: number): string =>
  joinKey("lifts", ...scopePath(scope), String(n));

/** The prefix under which all records of a role of a period lie. */
export const periodPrefix = (role: string, at: PeriodRef): string =>
  `${joinKey(role, at.flow, at.period)}/`;

/** A batch record's place, read back from its key; undefined when the key is of another form. */
export function parseBatchRecordKey(
  key: string,
): { role: string; flow: string; period: string; batch: string; id: string } | undefined {
  const match = /^([a-z]+)\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\.json$/.exec(key);
  if (!match) return undefined;
  const [, role = "", flow = "", period = "", batch = "", id = ""] = match;
  return { role, flow, period, batch, id };
}

/** The last segment of a key without `.json`. */
export function idOfKey(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).replace(/\.json$/, "");
}

/** The plan or supplement that a batch belongs to: what stands before the hyphen of its id. */
export const batchFamily = (batch: string): string => batch.slice(0, batch.lastIndexOf("-"));
