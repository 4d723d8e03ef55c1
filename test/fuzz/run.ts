// One case of one target, by its seed.
import { drawsOf } from "./chance.ts";
import { flow, policy } from "./files.ts";
import { mutated } from "./mutate.ts";
import { parquet, record, xml } from "./stores.ts";
import type { Target } from "./target.ts";
import { listing, text } from "./texts.ts";

/** Every target by its name on the command line. */
export const TARGETS: Readonly<Record<string, Target>> = {
  text,
  listing,
  flow,
  policy,
  record,
  xml,
  parquet,
};

/** The longest that one input may take, ms: a thousand times what most take. */
export const SLOW_MS = 5_000;

/** What one case came to. */
export interface CaseResult {
  readonly verdict: "accepted" | "refused" | "failed";
  /** Why it failed. */
  readonly why: string | undefined;
  readonly input: Buffer;
}

/** The input of a case. */
export async function inputOf(target: Target, seed: number): Promise<Buffer> {
  const good = await target.good(drawsOf(seed));
  const other = await target.good(drawsOf(seed ^ 0x5555));
  return mutated(good, drawsOf(seed + 0x1000_0000), { words: target.words, other });
}

/** Runs one case. Never throws. */
export async function runCase(target: Target, seed: number): Promise<CaseResult> {
  const input = await inputOf(target, seed);
  const began = performance.now();
  try {
    const verdict = await target.judge(input, drawsOf(seed + 1));
    const ms = performance.now() - began;
    if (ms <= SLOW_MS) return { verdict, why: undefined, input };
    return { verdict: "failed", why: `it took ${Math.round(ms)} ms`, input };
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: "failed", why, input };
  }
}
