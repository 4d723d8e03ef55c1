// What a script of ours left, read strictly: without its end mark on top, it did not reach its end
// (facts warp10, trap 24).
import { z } from "zod";
import { CellarmanError } from "../../runtime/errors.ts";
import type { ReadLimits } from "../../warp10/hot.ts";
import { type AnswerHeaders } from "../../warp10/http/head.ts";
import type { Range } from "../../warp10/range.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import { identityOf } from "../../warp10/series.ts";
import type { SeriesTotals } from "../points.ts";
import {
  HFILE_HEADERS,
  type HfileParam,
  type HfileScript,
  hfileEnd,
  hfileScript,
  paramsHeader,
} from "./script.ts";

/** Bytes of one answer: a series takes about 250, and the server stops at 20 MiB of JSON. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** How a script is called. */
export interface HfileCall {
  readonly what: string;
  readonly params: Readonly<Record<string, HfileParam | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a script left under its end mark. */
export interface HfileAnswer {
  readonly result: unknown;
  readonly headers: AnswerHeaders;
}

/** Calls a script by its name. Throws "incomplete-read" where it did not reach its end. */
export async function callScript(
  scripts: Scripts,
  name: HfileScript,
  call: HfileCall,
  limits?: ReadLimits,
): Promise<HfileAnswer> {
  const headers = { ...call.headers, [HFILE_HEADERS.params]: paramsHeader(call.params) };
  const options = { what: call.what, headers, maxBytes: MAX_ANSWER_BYTES };
  const answer = await scripts.run(hfileScript(name), options, limits);
  const [end, result, ...more] = answer.stack;
  if (end === hfileEnd(name) && more.length === 0) return { result, headers: answer.headers };
  throw new CellarmanError("incomplete-read", `${call.what}: the script did not reach its end`, {
    where: scripts.server,
    retryable: true,
  });
}

const count = z.string().regex(/^(0|[1-9]\d{0,18})$/);
const long = z.string().regex(/^-?(0|[1-9]\d{0,18})$/);

const seriesEntry = z.tuple([
  z.string(),
  z.record(z.string(), z.string()),
  count,
  long,
  long,
  long,
]);

const totalsResult = z.object({
  series: z.array(seriesEntry),
  points: count,
  version: z.string().optional(),
  elapsed: count.optional(),
  infos: z.unknown().optional(),
});

/** Totals as the server made them. */
export interface ServerTotals {
  readonly totals: readonly SeriesTotals[];
  readonly points: bigint;
  readonly version: string;
  /** How long the server took, ms; null: not told. */
  readonly elapsedMs: number | null;
  /** Whatever HFDUMP left; undefined of a read. */
  readonly infos: unknown;
}

/**
 * The digest's definition in front of its value: a digest of another kind never equals it, and a
 * later definition would not either.
 */
const DIGEST_KIND = "hf1:";

/** Reads a result of `dump`, `collect` or a digest; throws "unreadable" on anything odd. */
export function readTotals(what: string, result: unknown): ServerTotals {
  const parsed = totalsResult.safeParse(result);
  if (!parsed.success) throw odd(what, parsed.error.issues[0]?.message ?? "?", parsed.error);
  const seen = new Set<string>();
  let sum = 0n;
  const totals = parsed.data.series.map(([className, labels, points, digest, oldest, newest]) => {
    const identity = identityOf({ className, labels });
    if (seen.has(identity)) throw odd(what, `it names the series ${identity} twice`);
    seen.add(identity);
    sum += BigInt(points);
    return {
      identity,
      points: Number(points),
      first: BigInt(oldest),
      last: BigInt(newest),
      digest: DIGEST_KIND + digest,
    };
  });
  const points = BigInt(parsed.data.points);
  if (sum !== points) throw odd(what, `its series hold ${sum} points, it says ${points}`);
  const { version = "unknown", infos, elapsed } = parsed.data;
  const elapsedMs = elapsed === undefined ? null : Number(elapsed);
  return { totals: totals.filter((t) => t.points > 0), points, version, elapsedMs, infos };
}

/** Totals of ranges that do not overlap, together: digests add up modulo 2^64. */
export function addTotals(parts: readonly ServerTotals[]): readonly SeriesTotals[] {
  const sums = new Map<string, SeriesTotals>();
  for (const one of parts.flatMap((part) => part.totals)) {
    const before = sums.get(one.identity);
    sums.set(one.identity, before ? sumOf(before, one) : one);
  }
  return [...sums.values()];
}

function sumOf(a: SeriesTotals, b: SeriesTotals): SeriesTotals {
  const value = (t: SeriesTotals): bigint => BigInt(t.digest.slice(DIGEST_KIND.length));
  return {
    identity: a.identity,
    points: a.points + b.points,
    first: a.first < b.first ? a.first : b.first,
    last: a.last > b.last ? a.last : b.last,
    digest: DIGEST_KIND + String(BigInt.asIntN(64, value(a) + value(b))),
  };
}

/** The bounds of a read as parameters. */
export const boundsOf = ({ start, end }: Range): { start: string; end: string } => ({
  start: String(start),
  end: String(end),
});

const odd = (what: string, why: string, cause?: unknown): CellarmanError =>
  new CellarmanError("unreadable", `${what}: the script's result is odd: ${why}`, {
    cause,
    hint: "Look at cellarman doctor --hfiles: it says what this server has of the extension.",
  });
