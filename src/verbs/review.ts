// review: what a change of the flows does, before it is merged. The same from a terminal and on a
// pull request; it changes nothing but the pull request's one comment.
import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { POLICY_FILE } from "../flow/policy.ts";
import { type BaseFolder, defaultBase, readBase } from "../forge/git-tree.ts";
import { diffFlows } from "../review/diff.ts";
import { type Finding, findingsOf } from "../review/findings.ts";
import type { FlowSet } from "../review/flow-set.ts";
import { reviewJson } from "../review/json.ts";
import { reviewMarkdown } from "../review/markdown.ts";
import { flowSetOf, withoutEndless } from "../review/read-set.ts";
import type { Review } from "../review/review.ts";
import { reviewText } from "../review/text.ts";
import { exitCodeOfVerdict, verdictOf } from "../review/verdict.ts";
import { VERSION } from "../runtime/version.ts";
import { flowPaths, flowsFolder } from "./open.ts";
import { askFacts, type Asked } from "./review-facts.ts";
import { acceptedBy, eventBranch, type Pull, pullOf, tellPull } from "./review-pull.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Reviews the folder of flows against a base. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const folder = flowsFolder(inv);
  const pull = await pullOf(inv);
  // A review's event sets no GITHUB_BASE_REF, and tells the branch itself.
  const ref = textOption(inv.options, "base") ?? inv.io.env.get("GITHUB_BASE_REF") ?? pull?.base;
  const base = ref ?? (await eventBranch(inv)) ?? (await defaultBase(folder));
  const at = await readBase(folder, base);
  const review = await reviewOf(inv, base, at, pull);
  const markdown = reviewMarkdown(review);
  const notices = [...review.notices];
  if (pull && flagOption(inv.options, "comment")) {
    const told = await tellPull(inv, pull, markdown);
    inv.log.info(told);
    notices.push(told);
  }
  const isDetailed = flagOption(inv.options, "detailed-exitcode");
  return {
    exitCode: exitCodeOfVerdict(review.verdict, isDetailed),
    text: reviewText({ ...review, notices }),
    json: { ...reviewJson({ ...review, notices }), markdown },
  };
}

async function reviewOf(
  inv: Invocation,
  base: string,
  at: BaseFolder,
  pull: Pull | undefined,
): Promise<Review> {
  const nowMs = inv.io.clock.now();
  const { prefix } = at;
  const head = withoutEndless(flowSetOf(await filesOnDisk(flowsFolder(inv)), prefix), nowMs);
  const fork = withoutEndless(flowSetOf(at.fork, prefix), nowMs);
  const tip = flowSetOf(at.tip, prefix);
  const compared = { base: fork, head, rules: tip.policy, nowMs };
  const first = diffFlows({ ...compared, facts: new Map() });
  const asked = await askFacts(inv, first.flows, head);
  const diff = diffFlows({ ...compared, facts: asked.facts });
  const judge = (isAccepted: boolean): Finding[] =>
    findingsOf({
      base: tip,
      head,
      diff,
      isAccepted,
      asked: asked.asked,
      shared: asked.shared,
      version: VERSION,
      policyFile: prefix + POLICY_FILE,
    });
  const { findings, notices } = await accepted(inv, pull, tip, judge);
  const verdict = verdictOf(diff, findings);
  return { base, verdict, diff, findings, notices: [...notices, ...limits(at, fork, asked)] };
}

/** Asks for a person's yes only where one is needed. */
async function accepted(
  inv: Invocation,
  pull: Pull | undefined,
  tip: FlowSet,
  judge: (isAccepted: boolean) => Finding[],
): Promise<{ findings: Finding[]; notices: string[] }> {
  const findings = judge(false);
  if (!findings.some(({ kind }) => kind === "credential")) return { findings, notices: [] };
  if (flagOption(inv.options, "accept-destinations")) {
    return { findings: judge(true), notices: ["where credentials go was accepted by hand"] };
  }
  const who = pull && (await acceptedBy(inv, pull, tip.policy?.approvers ?? []));
  if (who !== undefined) {
    const notice = `where credentials go was accepted by ${who}'s review of ${pull?.sha ?? ""}`;
    return { findings: judge(true), notices: [notice] };
  }
  const how =
    "to accept where credentials go, a person other than the author approves the pull request's " +
    "newest commit, and this check runs again; or the policy lists the endpoint";
  return { findings, notices: [how] };
}

/** What this review could not see. */
function limits(at: BaseFolder, fork: FlowSet, { facts }: Asked): string[] {
  const blind = [...facts.values()].filter((f) => f.periods === undefined && !f.selection).length;
  return [
    ...(at.isForkUnknown
      ? ["where this branch left the base is not known: it is compared with the base's newest"]
      : []),
    ...fork.invalidFiles.map((file) => `${file} is not valid at the base: its flow counts as new`),
    ...(blind > 0 ? ["sizes are not known: neither the ledger nor the server could be read"] : []),
  ];
}

/** The files of the folder by their paths in it: flows, policy, approvals. */
async function filesOnDisk(folder: string): Promise<Map<string, Uint8Array>> {
  const approvals = (await readdir(join(folder, "approvals"), { recursive: true }).catch(() => []))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join("approvals", name));
  const flows = (await flowPaths(folder)).map((path) => relative(folder, path));
  const files = new Map<string, Uint8Array>();
  for (const name of [...flows, POLICY_FILE, ...approvals]) {
    const bytes = await readFile(join(folder, name)).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
    if (bytes) files.set(name.replaceAll("\\", "/"), bytes);
  }
  return files;
}
