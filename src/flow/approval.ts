// flows/approvals/FLOW/PERIOD.yaml: an approval of a purge as a file, to be reviewed and merged.
import { z } from "zod";
import { textBy, wholeNumber } from "./fields.ts";
import { foundIssues } from "./issues.ts";
import { openContent, problemsOf } from "./located.ts";
import type { Problem } from "./problems.ts";

/** The folder beside the flow files. */
export const APPROVALS_FOLDER = "approvals";

/** An approval's path, from the folder that a flow's file lies in. */
export const approvalBeside = (flowFile: string, flow: string, period: string): string =>
  `${flowFile.replace(/[^/]*$/, "")}${APPROVALS_FOLDER}/${flow}/${period}.yaml`;

const whole = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const moment = textBy(
  /^-?\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,9}Z$/,
  "a moment such as 2025-11-01T00:00:00.000Z",
);

const approvalSchema = z.strictObject({
  version: z.literal(1, { error: "1" }),
  flow: textBy(/^[a-z0-9][a-z0-9-]{0,63}$/, "a flow's name"),
  period: textBy(/^\d{4}-[0-9W-]{2,6}$/, 'a period in quotes, such as "2025-11"'),
  digest: textBy(/^[0-9a-f]{64}$/, "the digest that cellarman approve printed, in quotes"),
  seals: wholeNumber(1, 1_000_000),
  points: whole,
  bytes: whole,
  first: moment.optional(),
  last: moment.optional(),
  report: z.url({ protocol: /^https$/, error: "an https address" }).optional(),
});

/** What a person says yes to. Counts are of the archive; the digest alone decides. */
export type ApprovalFile = z.output<typeof approvalSchema>;

/** Either the approval, or at least one problem, sorted by place. */
export type ApprovalResult =
  | { readonly approval: ApprovalFile }
  | { readonly problems: readonly Problem[] };

const APPROVAL_KIND = { name: "approval", schema: approvalSchema } as const;

/** Reads an approval's bytes. Never throws; `file` is only quoted in problems. */
export function loadApproval(bytes: Uint8Array, file: string): ApprovalResult {
  const opened = openContent(bytes, file);
  if ("problems" in opened) return opened;
  const { content, text } = opened;
  const parsed = approvalSchema.safeParse(content.value);
  const issues = parsed.success ? [] : foundIssues(parsed.error.issues, content, APPROVAL_KIND);
  const refused = [...content.found, ...issues];
  if (parsed.success && refused.length === 0) return { approval: parsed.data };
  return problemsOf(text, file, refused);
}

/** An approval as it is written. */
export function renderApproval(approval: ApprovalFile): string {
  const { flow, period, digest, seals, points, bytes, first, last, report } = approval;
  return [
    `# Merged after a review, this approves the DELETION of these points from the hot store.`,
    `# Edited it counts for nothing; it expires 30 days after the merge.`,
    `version: 1`,
    `flow: ${flow}`,
    `period: "${period}"`,
    `digest: "${digest}"`,
    `seals: ${seals}`,
    `points: ${points}`,
    `bytes: ${bytes}`,
    ...(first === undefined ? [] : [`first: "${first}"`]),
    ...(last === undefined ? [] : [`last: "${last}"`]),
    ...(report === undefined ? [] : [`report: "${report}"`]),
    "",
  ].join("\n");
}
