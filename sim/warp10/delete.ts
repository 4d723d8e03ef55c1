// /api/v0/delete of a standalone server: the one dangerous call (facts warp10 §1.4).
import type { Context } from "./context.ts";
import { scoped } from "./egress/select.ts";
import { tokenOf } from "./http/exchange.ts";
import type { Exchange } from "./http/exchange.ts";
import type { Params } from "./http/params.ts";
import { compileSelector, parseSelector } from "./selector.ts";
import type { SelectorText } from "./selector.ts";
import type { Series } from "./store/series.ts";
import { parseIsoTimestamp } from "./text/iso.ts";
import { parseLong } from "./text/javaNumbers.ts";
import { narrowToDeleter } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { JavaError, LONG_MAX, LONG_MIN } from "./values.ts";

/** A delete that was refused: status and message. */
export class DeleteRefusal extends JavaError {
  readonly status: number;

  constructor(message: string, status = 500) {
    super(message);
    this.status = status;
  }
}

/** What a delete will touch. */
export interface DeletePlan {
  readonly series: readonly Series[];
  readonly start: bigint;
  readonly end: bigint;
  readonly hasRange: boolean;
  readonly metaonly: boolean;
  readonly dryrun: boolean;
  readonly exposed: boolean;
}

/**
 * Answers a delete: a line for each series that matched, whether or not it had a point in the
 * range.
 */
export async function handleDelete(context: Context, exchange: Exchange): Promise<void> {
  const { answer, params } = exchange;
  answer.header("Access-Control-Allow-Origin", "*");
  if (context.config.deleteOff !== undefined) return answer.error(403, context.config.deleteOff);
  let plan: DeletePlan;
  try {
    plan = planDelete(context, tokenOf(exchange, false), params);
  } catch (error) {
    if (error instanceof DeleteRefusal) return answer.error(error.status, error.message);
    if (!(error instanceof JavaError)) throw error;
    return answer.error(500, error.message);
  }
  answer.header("Content-Type", "text/plain;charset=iso-8859-1");
  const lines = runDelete(context, plan);
  for (let i = 0; i < lines.length; i += 1000) {
    await answer.write(Buffer.from(lines.slice(i, i + 1000).join(""), "latin1"));
  }
  await answer.end();
}

/**
 * Checks a delete's token and parameters and lists its series. Throws DeleteRefusal or JavaError.
 */
export function planDelete(context: Context, text: string | undefined, params: Params): DeletePlan {
  const token = deleterOf(context, text);
  if (params.has("minage")) {
    throw new DeleteRefusal(
      "Standalone version does not support the 'minage' parameter in delete requests.",
    );
  }
  const selector = params.get("selector");
  if (selector === undefined || selector === "") {
    throw new DeleteRefusal(
      "Invalid 'selector' query parameter, should not be missing or empty.",
      400,
    );
  }
  const { start, end, hasRange } = rangeOf(context, params);
  const metaonly = params.has("metaonly");
  if (metaonly && (hasRange || !context.config.deleteMetaonly)) {
    throw new DeleteRefusal("Parameter metaonly cannot be set with deletion parameters.");
  }
  if (!hasRange && !metaonly && !params.has("deleteall")) {
    throw new DeleteRefusal(
      "Parameter deleteall or metaonly should be set when no time range is specified.",
    );
  }
  const parsed = parseSelector(selector);
  if (parsed === undefined) throw new DeleteRefusal("Bad Request", 400);
  return {
    series: matched(context, token, parsed, params),
    start,
    end,
    hasRange,
    metaonly,
    dryrun: params.has("dryrun"),
    exposed: token.exposed,
  };
}

function deleterOf(context: Context, text: string | undefined): Token {
  if (text === undefined) throw new DeleteRefusal("Missing token.");
  const token = context.tokens.write(text);
  if (token.attributes[".nodelete"] !== undefined) {
    throw new DeleteRefusal("Token cannot be used for deletions.");
  }
  if (token.spec.producer !== token.spec.owner) {
    throw new DeleteRefusal("Invalid write token for deletion.");
  }
  return token;
}

function rangeOf(
  context: Context,
  params: Params,
): { start: bigint; end: bigint; hasRange: boolean } {
  const startText = params.get("start");
  const endText = params.get("end");
  if ((startText === undefined) !== (endText === undefined)) {
    throw new DeleteRefusal("Both start and end should be defined.");
  }
  if (startText === undefined || endText === undefined) {
    return { start: LONG_MIN, end: LONG_MAX, hasRange: false };
  }
  const moment = (text: string): bigint => {
    try {
      return text.includes("T") ? parseIsoTimestamp(text, context.config.unit) : parseLong(text);
    } catch (error) {
      throw new DeleteRefusal(
        `Error when deleting data: ${error instanceof Error ? error.message : ""}`,
      );
    }
  };
  const start = moment(startText);
  const end = moment(endText);
  if (start > end) throw new DeleteRefusal("Invalid time range specification.");
  return { start, end, hasRange: true };
}

function matched(
  context: Context,
  token: Token,
  selector: SelectorText,
  params: Params,
): readonly Series[] {
  const long = (name: string): bigint | undefined => {
    const value = params.get(name);
    return value === undefined ? undefined : parseLong(value);
  };
  const bounds = { activeAfter: long("activeafter"), quietAfter: long("quietafter") };
  const asked = bounds.activeAfter !== undefined || bounds.quietAfter !== undefined;
  if (asked && !context.config.deleteActivity) {
    throw new DeleteRefusal("Parameters activeafter and quietafter are not supported.");
  }
  narrowToDeleter(selector, token);
  return [...scoped(context, token, context.store.find(compileSelector(selector), bounds))];
}

/** Does it, series by series, and gives the lines of the answer. */
export function runDelete(context: Context, plan: DeletePlan): string[] {
  const lines: string[] = [];
  for (const series of plan.series) {
    lines.push(`${series.name(plan.exposed)}${series.attributeText()}\r\n`);
    if (plan.dryrun) continue;
    if (!plan.metaonly) {
      context.counters.deletedPoints += series.remove(plan.start, plan.end);
    }
    if (!plan.hasRange) context.store.unregister(series);
  }
  return lines;
}
