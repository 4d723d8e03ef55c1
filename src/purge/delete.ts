// The one dangerous call. Nothing else in src/ knows the path of the delete endpoint (a test
// looks).
import type { Clock } from "../runtime/clock.ts";
import { CellarmanError } from "../runtime/errors.ts";
import type { Log } from "../runtime/log.ts";
import type { ReadLimits } from "../warp10/hot.ts";
import { ask, form, type Wire } from "../warp10/http/call.ts";
import { ServerSaid } from "../warp10/http/failure.ts";
import { baseOf, openWire } from "../warp10/http/wire.ts";
import { parseListing } from "../warp10/listing.ts";
import type { Range } from "../warp10/range.ts";
import type { ListedSeries } from "../warp10/series.ts";
import { isOneSelector, type Warrant } from "./warrant.ts";

const DELETE_PATH = "/api/v0/delete";

/** What a delete answered. */
export type DeleteAnswer =
  /**
   * The whole answer came: the series that the server matched (it tells no points, facts warp10
   * §1.4).
   */
  | { readonly outcome: "complete"; readonly series: readonly ListedSeries[] }
  /**
   * No answer, a cut one, a 5xx: the server may be deleting, now or later. The batch stays
   * *purging*.
   */
  | { readonly outcome: "no-answer"; readonly reason: string }
  /** A definite refusal, made before anything was touched. */
  | { readonly outcome: "refused"; readonly reason: string };

/** Deleting on one server with one token. */
export interface Deleter {
  /** What a delete of this selector and range would touch (D). Deletes nothing; may be repeated. */
  dryRun(selector: string, range: Range, limits?: ReadLimits): AsyncIterable<ListedSeries>;
  /**
   * Deletes what the warrant allows, once: never retried, on a connection of its own. A dead or
   * used warrant, and one for another server, throws before anything is sent; afterwards every
   * outcome is an answer, never a throw. The call is silent while the server works: `stallMs` does
   * not apply.
   */
  remove(warrant: Warrant, nowMs: number, limits?: ReadLimits): Promise<DeleteAnswer>;
  close(): Promise<void>;
}

/** What a deleter is opened with. */
export interface DeleterOptions {
  readonly url: string;
  readonly deleteToken: string;
  readonly clock: Clock;
  readonly log?: Log;
}

/**
 * Opens a deleter. Sends nothing yet; throws "usage" or "not-authorised" for what cannot be sent.
 */
export function openDeleter(options: DeleterOptions): Deleter {
  const { url, deleteToken: token, clock, log } = options;
  const wire = openWire({ url, token, tokenName: "delete token", clock, log, reuse: false });
  return {
    dryRun: (selector, range, limits) => dryRun(wire, selector, range, limits),
    remove: (warrant, nowMs, limits) => remove(wire, warrant, nowMs, limits),
    close: () => wire.agent.close(),
  };
}

/**
 * The parameters that dry run and delete share to the last byte. There is no other way to a
 * request's parameters.
 */
function target(selector: string, range: Range): ReadonlyArray<readonly [string, string]> {
  if (!isOneSelector(selector) || range.start > range.end) {
    throw new CellarmanError("internal", "a delete needs one selector and a range with both ends");
  }
  return [
    ["selector", selector],
    ["start", range.start.toString()],
    ["end", range.end.toString()],
    ["showerrors", "true"],
  ];
}

function dryRun(
  wire: Wire,
  selector: string,
  range: Range,
  limits?: ReadLimits,
): AsyncIterable<ListedSeries> {
  const question = {
    what: "listing what a delete would touch",
    path: DELETE_PATH,
    ...form([["dryrun", "true"], ...target(selector, range)]),
  };
  return parseListing(ask(wire, question, limits), wire.base + DELETE_PATH);
}

async function remove(
  wire: Wire,
  warrant: Warrant,
  nowMs: number,
  limits: ReadLimits = {},
): Promise<DeleteAnswer> {
  limits.signal?.throwIfAborted();
  if (baseOf(warrant.facts.server) !== wire.base) {
    throw new CellarmanError("internal", "a warrant for another server", { where: wire.base });
  }
  const { selector, range } = warrant.spend(nowMs);
  const question = { what: "deleting", path: DELETE_PATH, ...form(target(selector, range)) };
  const { stallMs: _, ...unstalled } = limits;
  const series: ListedSeries[] = [];
  try {
    const answer = ask(wire, question, unstalled);
    for await (const one of parseListing(answer, wire.base + DELETE_PATH)) series.push(one);
    return { outcome: "complete", series };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { outcome: isRefusal(thrown) ? "refused" : "no-answer", reason };
  }
}

/** Statuses that are given before a handler touches anything. */
const BEFORE_ANYTHING = new Set([400, 401, 403, 404, 405, 413, 414]);
/**
 * Sentences that the delete handler answers with status 500 before it touches anything (facts
 * warp10 §1.4).
 */
const REFUSALS = new Set([
  "Invalid token.",
  "Token Expired.",
  "Missing token.",
  "Invalid write token for deletion.",
  "Token cannot be used for deletions.",
  "Both start and end should be defined.",
  "Invalid time range specification.",
  "Parameter deleteall or metaonly should be set when no time range is specified.",
]);

function isRefusal(thrown: unknown): boolean {
  const said = thrown instanceof CellarmanError ? thrown.cause : undefined;
  if (!(said instanceof ServerSaid)) return false;
  return BEFORE_ANYTHING.has(said.status) || (said.status === 500 && REFUSALS.has(said.message));
}

/**
 * The call by which a person deletes a range of one selector; for messages. Sends nothing.
 * @param tokenVariable name of the variable that holds the token; its value is never shown.
 */
export function deletionByHand(
  server: string,
  selector: string,
  range: Range,
  tokenVariable: string,
): string {
  const pairs = target(selector, range).filter(([name]) => name !== "showerrors");
  const data = pairs.map(
    ([name, value]) => `--data-urlencode '${name}=${value.replaceAll("'", "%27")}'`,
  );
  return [`curl -H "X-Warp10-Token: $${tokenVariable}"`, ...data, server + DELETE_PATH].join(" ");
}
