// approve --environment NAME --review JSON: what `plan` asked the reviewers of a CI environment,
// each period with the digest that was printed.
import { z } from "zod";
import { asCellarmanError, CellarmanError, exitCodeOfSome } from "../runtime/errors.ts";
import { renderFailure } from "../runtime/failure-text.ts";
import { approveByEnvironment } from "./approve-environment.ts";
import { chosenFlow } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

const asked = z
  .array(z.strictObject({ flow: z.string(), period: z.string(), digest: z.string() }))
  .min(1);

/** Writes one receipt for each period that was asked; one that cannot be stops no other. */
export async function approveReviewed(inv: Invocation, review: string): Promise<VerbResult> {
  const failures: CellarmanError[] = [];
  const periods: object[] = [];
  let text = "";
  const all = askedIn(review);
  for (const { flow, period, digest } of all) {
    const one = { ...inv, positionals: [flow, period], options: { ...inv.options, digest } };
    try {
      const done = await approveByEnvironment(one, await chosenFlow(one), period);
      text += done.text;
      periods.push(done.json);
    } catch (thrown) {
      inv.io.signal?.throwIfAborted();
      const error = asCellarmanError(thrown);
      failures.push(error);
      inv.io.stderr(renderFailure(error, { json: false, verbose: false }));
      const { code, message, retryable } = error;
      periods.push({ flow, period, digest, error: { code, message, retryable } });
    }
  }
  const [first] = failures;
  if (first && failures.length === all.length) throw first;
  return { exitCode: exitCodeOfSome(failures, all.length), text, json: { periods } };
}

function askedIn(review: string): z.output<typeof asked> {
  try {
    return asked.parse(JSON.parse(review));
  } catch (cause) {
    throw new CellarmanError("usage", "--review is not what plan --legs printed", {
      hint: "Give it the review that plan's document has, with flow, period and digest.",
      cause,
    });
  }
}
