// The approvals that a gate may rest on: as the flow says who approves. A file on the default
// branch, and a yes to a run, are looked up at the forge; the bucket alone is not believed.
import { readProposal, sealList } from "../../cellar/approval-list.ts";
import type { Cold } from "../../cellar/cold.ts";
import { readRecord, type Stored } from "../../cellar/records.ts";
import { approvalBeside, loadApproval } from "../../flow/approval.ts";
import { loadPolicy, policyBeside } from "../../flow/policy.ts";
import type { Forge, Reviews } from "../../forge/forge.ts";
import { periodPrefix } from "../../ledger/keys.ts";
import type { Quoted } from "../../ledger/records.ts";
import { type Approved, approvedRecord } from "../../ledger/receipts.ts";
import type { GateCase } from "../check.ts";
import { approversOf, unfitToApprove } from "./judge-environment.ts";
import { judgeHistory } from "./judge-review.ts";

/** One approval, of whatever kind. */
export interface Approval {
  /** What a purge intent names. */
  readonly key: string;
  /** Where it lies in the ledger; undefined: it is a file on the default branch. */
  readonly record: Quoted | undefined;
  readonly seals: readonly Quoted[];
  /** Since when; by the store's clock, or the forge's. ms. */
  readonly atMs: number;
  /** A seal of the plan that it does not name makes it void. */
  readonly isVoidedByOthers: boolean;
  /** Why it does not count; a purge that rests on it goes on all the same. */
  readonly refused: string | undefined;
}

export interface ApprovalsRead {
  readonly approvals: readonly Approval[];
  /** Why there is none. */
  readonly none: string | undefined;
}

type Asked = Pick<GateCase, "flow" | "flowFile" | "at">;

/** Whether the forge must be asked for what approves a flow's purge. */
export const needsReviews = ({ purge }: GateCase["flow"]): boolean =>
  purge.mode === "approve" && purge.approveBy !== "command";

/** Reads the approvals of a batch's period. */
export async function readApprovals(
  cold: Cold,
  gate: Asked,
  forge: Forge | undefined,
): Promise<ApprovalsRead> {
  if (!needsReviews(gate.flow)) return { approvals: await byCommand(cold, gate), none: undefined };
  const { approveBy } = gate.flow.purge;
  if (!forge?.reviews) {
    const none = `approve-by is ${approveBy}: that is read from GitHub, in a run that has a token`;
    return { approvals: [], none };
  }
  return approveBy === "environment"
    ? { approvals: await byEnvironment(cold, gate, forge.reviews), none: undefined }
    : byPullRequest(cold, gate, forge, forge.reviews);
}

async function byCommand(cold: Cold, gate: Asked): Promise<Approval[]> {
  return (await readApproved(cold, gate)).map((record) => inBucket(record, undefined));
}

async function readApproved(cold: Cold, { at }: Asked): Promise<Stored<Approved>[]> {
  const approvals: Stored<Approved>[] = [];
  for await (const { key } of cold.list(periodPrefix("approved", at))) {
    const record = await readRecord(cold, key, approvedRecord);
    if (record) approvals.push(record);
  }
  return approvals;
}

const inBucket = (
  { key, sha256, value, lastModifiedMs }: Stored<Approved>,
  refused: string | undefined,
): Approval => ({
  key,
  record: { key, sha256 },
  seals: value.seals,
  atMs: lastModifiedMs,
  isVoidedByOthers: false,
  refused,
});

/** Receipts of the `approve` job; each one's yes is looked up again at its run. */
async function byEnvironment(cold: Cold, gate: Asked, reviews: Reviews): Promise<Approval[]> {
  const approvals: Approval[] = [];
  for (const record of await readApproved(cold, gate)) {
    approvals.push(inBucket(record, await refusedEnvironment(record.value, gate, reviews)));
  }
  return approvals;
}

async function refusedEnvironment(
  { by, review, seals, digest }: Approved,
  { flow }: Asked,
  reviews: Reviews,
): Promise<string | undefined> {
  const name = approveEnvironment(flow);
  if (by !== "environment" || !review) return `it was not approved by ${name}`;
  if (review.environment !== name) return `it was approved by ${review.environment}, not ${name}`;
  if (sealList(seals).digest !== digest) return "its digest is not that of its list";
  const unfit = unfitToApprove(name, await reviews.environment(name));
  if (unfit !== undefined) return unfit;
  const people = approversOf(await reviews.runApprovals(review.run), name);
  return people.length > 0 ? undefined : `no person approved ${name} in run ${review.run}`;
}

/** The environment whose reviewers approve. */
export const approveEnvironment = ({ run }: GateCase["flow"]): string =>
  `${run.environment}-approve`;

/** The file on the default branch, and the review that it came by. */
async function byPullRequest(
  cold: Cold,
  { flow, flowFile, at }: Asked,
  forge: Forge,
  reviews: Reviews,
): Promise<ApprovalsRead> {
  const no = (none: string): ApprovalsRead => ({ approvals: [], none });
  const path = approvalBeside(flowFile, flow.name, at.period);
  const history = await reviews.historyOf(path);
  if (!history) return no(`${forge.branch} has no ${path}`);
  const loaded = loadApproval(Buffer.from(history.text), path);
  if ("problems" in loaded) return no(`${path}: ${loaded.problems[0]?.message ?? "is not valid"}`);
  const { approval } = loaded;
  if (approval.flow !== at.flow || approval.period !== at.period) {
    return no(`${path} approves ${approval.flow} ${approval.period}`);
  }
  const demanded = await reviews.reviewsDemanded();
  if (demanded === undefined) return no(`GitHub shows no rules of the branch ${forge.branch}`);
  if (demanded < 1) return no(`the rules of ${forge.branch} demand no review`);
  const policy = await forge.fileNow(policyBeside(flowFile));
  const approvers = policy === undefined ? [] : loadPolicy(policy).approvers;
  const reviewed = judgeHistory(history, { path, branch: forge.branch, approvers });
  if ("why" in reviewed) return no(reviewed.why);
  const list = await readProposal(cold, at, approval.digest);
  if (!list) return no(`the ledger has no list of the digest that ${path} names`);
  if (list.seals.length !== approval.seals) return no(`${path} counts other seals than its list`);
  const key = `${path}@${approval.digest}`;
  const found = { key, record: undefined, seals: list.seals, atMs: reviewed.atMs };
  return { approvals: [{ ...found, isVoidedByOthers: true, refused: undefined }], none: undefined };
}
