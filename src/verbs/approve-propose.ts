// approve --propose: for each period that is verified and not approved, one pull request that adds
// its approval. Merging it after a review approves the purge.
import { writeProposal } from "../cellar/approval-list.ts";
import type { Cold } from "../cellar/cold.ts";
import { approvalBeside, renderApproval } from "../flow/approval.ts";
import { actionsContext, openRunGitHub, runUrl } from "../forge/actions/context.ts";
import type { Forge } from "../forge/forge.ts";
import type { GitHub } from "../forge/github/client.ts";
import { propose, type Proposal, type Proposed } from "../forge/github/propose.ts";
import { readApprovals } from "../purge/approval/read.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import {
  approvalFile,
  type Cover,
  coverJson,
  coverOf,
  coverText,
  sealsOfPeriod,
} from "./approval-cover.ts";
import { policyInside } from "./approvals.ts";
import { chosenFlows, type FlowFile, openForge, openStore } from "./open.ts";
import { limitsOf, openPeriods, type RuledPeriod } from "./periods.ts";
import { flagOption, type Invocation, type VerbResult } from "./verb.ts";

/** The workflow that judges pull requests, by the name that `init` gives it. */
const REVIEW_WORKFLOW = "review.yml";

/** What became of one period. */
interface PeriodProposed {
  readonly cover: Cover;
  readonly file: { readonly path: string; readonly text: string };
  readonly proposed: Pick<Proposed, "number" | "url" | "note"> & {
    readonly outcome: Proposed["outcome"] | "approved" | "no-token";
  };
}

/** Proposes what the chosen flows have to approve by pull request. Never fails where it cannot. */
export async function proposeApprovals(inv: Invocation): Promise<VerbResult> {
  const github = openClients(inv);
  const forge = await openForge(inv);
  if (!forge) {
    throw new CellarmanError("blocked", "the flows have no remote to propose a change to", {
      hint: "Run this in a checkout of the flows' repository.",
    });
  }
  const periods: PeriodProposed[] = [];
  try {
    for (const at of await chosenFlows(inv)) {
      const { mode, approveBy } = at.flow.purge;
      if (mode !== "approve" || approveBy !== "pull-request") continue;
      periods.push(...(await proposeFlow(inv, at, forge, github)));
    }
  } finally {
    await Promise.all([github?.app?.close(), github?.job?.close()]);
  }
  return {
    exitCode: EXIT.done,
    text: periods.map(describe).join("") || "Nothing to propose.\n",
    json: { periods: periods.map(toJson) },
  };
}

interface Clients {
  readonly app: GitHub | undefined;
  readonly job: GitHub | undefined;
}

/** An App's token starts workflows on what it opens; a job's own does not. */
const openClients = (inv: Invocation): Clients => ({
  app: openRunGitHub(inv.io, inv.log, "CELLARMAN_APP_TOKEN"),
  job: openRunGitHub(inv.io, inv.log),
});

async function proposeFlow(
  inv: Invocation,
  at: FlowFile,
  forge: Forge,
  clients: Clients,
): Promise<PeriodProposed[]> {
  const cold = await openStore(inv, at);
  try {
    const proposed: PeriodProposed[] = [];
    for (const found of await openPeriods(inv, at.flow, cold)) {
      inv.io.signal?.throwIfAborted();
      const seals = await sealsOfPeriod(cold, found);
      if (!seals) continue;
      const cover = await coverOf(cold, found.ledger.at, seals);
      proposed.push(await proposePeriod({ inv, at, forge, clients, cold, found, cover }));
    }
    return proposed;
  } finally {
    await cold.close();
  }
}

interface Work {
  readonly inv: Invocation;
  readonly at: FlowFile;
  readonly forge: Forge;
  readonly clients: Clients;
  readonly cold: Cold;
  readonly found: RuledPeriod;
  readonly cover: Cover;
}

async function proposePeriod(work: Work): Promise<PeriodProposed> {
  const { inv, forge, clients, cold, cover } = work;
  const { flow, period } = cover;
  const beside = await policyInside(inv, forge);
  const path = approvalBeside(beside, flow, period);
  const context = actionsContext(inv.io.env);
  const report = context && runUrl(context);
  const text = renderApproval(approvalFile(cover, report));
  const done = (proposed: PeriodProposed["proposed"]): PeriodProposed => ({
    cover,
    file: { path, text },
    proposed,
  });
  const none = { number: null, url: null, note: "" };
  if (await isApproved(work, beside)) return done({ ...none, outcome: "approved" });
  await writeProposal(cold, cover, inv.process, cover);
  const github = clients.app ?? clients.job;
  if (!github || flagOption(inv.options, "dry-run")) {
    const note = github ? "a dry run" : "no token of a run is at hand";
    return done({ ...none, outcome: "no-token", note });
  }
  const proposal: Proposal = {
    branch: `cellarman/approve/${flow}/${period}`,
    path,
    text,
    title: `Approve the purge of ${flow} ${period}`,
    body: bodyOf(cover, report),
  };
  return done(await propose(github, proposal, clients.app ? undefined : REVIEW_WORKFLOW));
}

/** Whether the very list is approved already, for long enough to be of use. */
async function isApproved({ inv, at, forge, cold, cover }: Work, beside: string): Promise<boolean> {
  const gate = { flow: at.flow, flowFile: beside, at: { ...cover, batch: "" } };
  const { approvals } = await readApprovals(cold, gate, forge);
  const nowMs = await cold.nowMs();
  const { approvalMs } = limitsOf(inv);
  const listed = new Set(cover.seals.map((seal) => seal.sha256));
  return approvals.some(
    (one) =>
      nowMs - one.atMs <= approvalMs &&
      one.seals.length === listed.size &&
      one.seals.every((seal) => listed.has(seal.sha256)),
  );
}

const bodyOf = (cover: Cover, report: string | undefined): string =>
  [
    `Merging this **deletes from the hot store** what it covers, once its grace is over and the`,
    `gate finds every point in the archive:`,
    "",
    `- ${coverText(cover)}`,
    ...(report === undefined ? [] : [`- [the run that proposes it](${report})`]),
    "",
    "It counts if one of the policy's approvers who did not write it reviews its last commit and",
    "it is merged as it stands: one file, unedited. It expires 30 days after the merge, and a new",
    "seal makes it void. To refuse, close it and put a hold:",
    "",
    `    cellarman hold ${cover.flow} ${cover.period} --reason "..."`,
  ].join("\n");

function describe({ cover, file, proposed }: PeriodProposed): string {
  const { outcome, url, note } = proposed;
  const more = note === "" ? "" : ` (${note})`;
  const line = `${coverText(cover)}\n  ${outcome}${url === null ? "" : ` ${url}`}${more}\n`;
  const byHand = outcome === "forbidden" || outcome === "no-token";
  return byHand ? `${line}  Propose this file yourself, ${file.path}:\n${file.text}` : line;
}

const toJson = ({ cover, file, proposed }: PeriodProposed): object => ({
  ...coverJson(cover),
  ...proposed,
  file,
});
