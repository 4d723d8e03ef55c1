// What the Action sets as outputs, from the verb's document and exit code. Pure.
import { z } from "zod";
import { EXIT } from "../../runtime/errors.ts";

/**
 * The longest `result`. GitHub refuses a job's outputs of more than 1 MB, counted in UTF-16 (facts
 * github-actions §1.2): half a million characters.
 */
const RESULT_MAX = 400_000;

const VERDICTS: Readonly<Record<number, string>> = {
  [EXIT.done]: "done",
  [EXIT.usage]: "usage",
  [EXIT.partial]: "partial",
  [EXIT.mismatch]: "mismatch",
  [EXIT.changes]: "changes",
  [EXIT.storeMissing]: "store-missing",
  [EXIT.notAuthorised]: "not-authorised",
  [EXIT.interrupted]: "interrupted",
};

const matrix = z.object({ include: z.array(z.unknown()) });
const review = z.object({
  flow: z.string(),
  period: z.string(),
  digest: z.string(),
  environment: z.string(),
});
const legsDocument = z.object({
  plan: z.string(),
  matrices: z.object({ archive: matrix, verify: matrix, purge: matrix, reviewed: matrix }),
  review: z.array(review),
  proposes: z.boolean(),
});

/**
 * Names and texts of the outputs. A run that may not write has no jobs after its plan: their legs
 * are written down nowhere.
 */
export function outputsOf(
  text: string,
  exitCode: number,
  mayWrite: boolean,
): Readonly<Record<string, string>> {
  return {
    ...(text !== "" && text.length <= RESULT_MAX ? { result: text } : {}),
    "exit-code": String(exitCode),
    verdict: VERDICTS[exitCode] ?? "failed",
    ...legOutputs(text, mayWrite),
  };
}

function legOutputs(text: string, mayWrite: boolean): Readonly<Record<string, string>> {
  const { success, data } = legsDocument.safeParse(parsed(text));
  if (!success) return {};
  const { plan, matrices } = data;
  const { archive, verify, purge, reviewed } = matrices;
  const has = (of: z.output<typeof matrix>): string => String(mayWrite && of.include.length > 0);
  // One job asks one reviewer; who else is waited for is asked by the next run.
  const [first] = mayWrite ? data.review : [];
  const asked = data.review.filter((r) => r.environment === first?.environment);
  return {
    plan,
    "matrix-archive": JSON.stringify(archive),
    "matrix-verify": JSON.stringify(verify),
    "matrix-purge": JSON.stringify(purge),
    "matrix-reviewed": JSON.stringify(reviewed),
    "has-archive": has(archive),
    "has-verify": has(verify),
    "has-purge": has(purge),
    "has-approve": String(first !== undefined && reviewed.include.length > 0),
    "has-propose": String(mayWrite && data.proposes),
    "approve-environment": first?.environment ?? "",
    review: JSON.stringify(asked.map(({ flow, period, digest }) => ({ flow, period, digest }))),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
