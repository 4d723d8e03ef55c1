// run: every step, each as a process of its own, so that verifying is never done by the exporting
// process.
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** Steps of one run, in order; `report` always comes last. */
const STEPS = ["plan", "archive", "verify", "purge", "report"] as const;

/** Options that each step is given, as far as it knows them. */
const PASSED = ["flows", "dry-run", "flows-are-authoritative", "verbose", "quiet"] as const;

/**
 * Runs the steps; a failed step ends the way, but `report` runs all the same. The worst exit code
 * counts.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const codes: Record<string, number> = {};
  for (const step of STEPS) {
    inv.io.signal?.throwIfAborted();
    const failed = Object.values(codes).some((code) => !GOES_ON.has(code));
    if (failed && step !== "report") continue;
    codes[step] = await runStep(inv, step);
  }
  const worst = Object.values(codes).find((code) => code !== EXIT.done) ?? EXIT.done;
  const text = `${Object.entries(codes)
    .map(([step, code]) => `${step}: exit ${code}`)
    .join(", ")}\n`;
  return { exitCode: worst, text, json: { steps: codes } };
}

/** Codes after which the next step still has work that is safe to do: other batches are fine. */
const GOES_ON: ReadonlySet<number> = new Set([EXIT.done, EXIT.partial, EXIT.mismatch]);

function runStep(inv: Invocation, step: string): Promise<number> {
  const options = PASSED.flatMap((name) => {
    const value = inv.options[name];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
  const gcWait = inv.options["gc-wait"];
  if (typeof gcWait === "string" && (step === "plan" || step === "purge")) {
    options.push("--gc-wait", gcWait);
  }
  const firstPurge = inv.options["first-purge"];
  if (typeof firstPurge === "string" && step === "plan") options.push("--first-purge", firstPurge);
  if (inv.io.spawn) return inv.io.spawn([step, ...inv.positionals, ...options]);
  throw new CellarmanError("usage", "run needs to start processes, which cannot be done here");
}
