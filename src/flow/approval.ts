// flows/approvals/FLOW/PERIOD.yaml: an approval of a purge as a file, to be reviewed and merged.
import { LineCounter } from "yaml";
import { z } from "zod";
import { type Found, readDocument } from "./document.ts";
import { textBy, wholeNumber } from "./fields.ts";
import { readText, scanTokens } from "./limits.ts";
import { pathText, type Problem, sortProblems } from "./problems.ts";

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

/** Reads an approval's bytes. Never throws; `file` is only quoted in problems. */
export function loadApproval(bytes: Uint8Array, file: string): ApprovalResult {
  const read = readText(bytes);
  if ("problem" in read) return failed("", file, [{ ...read.problem, offset: 0, path: [] }]);
  const { text } = read;
  const scan = scanTokens(text);
  if ("problem" in scan) return failed(text, file, [{ ...scan.problem, path: [] }]);
  const content = readDocument(text, scan.marks);
  if (content.found.length > 0) return failed(text, file, content.found);
  const parsed = approvalSchema.safeParse(content.value);
  if (parsed.success) return { approval: parsed.data };
  const found = parsed.error.issues.flatMap((issue): Found[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const offset = content.offsetOf([key], "key");
        const expected = Object.keys(approvalSchema.shape).join(", ");
        return { offset, path: [key], expected, message: "is not known here" };
      });
    }
    const path = issue.path as (string | number)[];
    const offset = content.offsetOf(path, "value");
    return [{ offset, path, expected: issue.message, message: "is not right" }];
  });
  return failed(text, file, found);
}

function failed(text: string, file: string, found: readonly Found[]): ApprovalResult {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) lines.addNewLine(i + 1);
  const problems = found.map(({ offset, path, expected, message }): Problem => {
    const { line, col: column } = lines.linePos(offset);
    const at = pathText(path);
    const said = `${at === "" ? "" : `${at} `}${message}: expected ${expected}`;
    return { file, line, column, path: at, value: null, expected, message: said };
  });
  return { problems: sortProblems(problems) };
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
