// Counting over another path of the server than the fetch: a script on /exec (facts warp10 §2.6).
import { CellarmanError } from "../runtime/errors.ts";
import { EXEC_PATH, type ExecAnswer, execute } from "./exec.ts";
import type { Counted, ReadLimits } from "./hot.ts";
import type { Wire } from "./http/call.ts";
import { headerOf } from "./http/head.ts";
import type { Range } from "./range.ts";
import {
  COUNT_END,
  countScript,
  type GrantedLimits,
  type LIMIT_WORDS,
  LONG_MAX,
  overreach,
} from "./scripts.ts";

/**
 * What the wire's token may raise the script engine's limits to. Three requests that are refused on
 * purpose: the refusal names the ceiling, and a word that is given more than the ceiling changes
 * nothing.
 */
export async function grantedLimits(wire: Wire, limits?: ReadLimits): Promise<GrantedLimits> {
  const [points, operations, series] = await Promise.all([
    granted(wire, "points", limits),
    granted(wire, "operations", limits),
    granted(wire, "series", limits),
  ]);
  return { points, operations, series };
}

async function granted(
  wire: Wire,
  limit: keyof typeof LIMIT_WORDS,
  limits?: ReadLimits,
): Promise<bigint | undefined> {
  try {
    await execute(wire, overreach(limit), { what: "asking for the token's limits" }, limits);
    return LONG_MAX;
  } catch (thrown) {
    if (!(thrown instanceof CellarmanError) || thrown.code !== "limit") throw thrown;
    const ceiling = /cannot extend limit past (\d+)/.exec(thrown.message)?.[1];
    return ceiling === undefined ? undefined : BigInt(ceiling);
  }
}

/** What a count is made with. */
export interface CountQuestion {
  readonly selector: string;
  readonly range: Range;
  readonly oneApplication: boolean;
  readonly granted: GrantedLimits;
}

/**
 * Counts series with points, and points.
 * @throws CellarmanError "limit" where the engine's limits are too low, "incomplete-read" where the
 * answer does not prove that the script reached its end and counted every point that it fetched.
 */
export async function countByScript(
  wire: Wire,
  question: CountQuestion,
  limits?: ReadLimits,
): Promise<Counted> {
  const script = countScript({
    selector: question.selector,
    range: question.range,
    oneApplication: question.oneApplication,
    limits: question.granted,
  });
  const answer = await execute(wire, script, { what: "counting points" }, limits);
  const counted = countedOf(answer);
  if (counted === undefined) {
    throw new CellarmanError(
      "incomplete-read",
      "counting points: the script did not reach its end, or did not count all that it fetched",
      { where: wire.base + EXEC_PATH, retryable: true },
    );
  }
  return counted;
}

/**
 * The counts; undefined unless end mark, counts and the X-Warp10-Fetched header agree (facts warp10
 * §2.6).
 */
function countedOf(answer: ExecAnswer): Counted | undefined {
  const [end, points, series, ...more] = answer.stack;
  if (end !== COUNT_END || more.length > 0 || !isCount(points) || !isCount(series))
    return undefined;
  if (headerOf(answer.headers, "x-warp10-fetched") !== points) return undefined;
  return { series: BigInt(series), points: BigInt(points) };
}

function isCount(value: unknown): value is string {
  return typeof value === "string" && /^(0|[1-9]\d{0,18})$/.test(value);
}
