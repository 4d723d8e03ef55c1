// A proposed approval on the stand-in for GitHub, and a ledger that holds its list: what forgers
// and reviewers meet, without a hot store.
import { merge, review } from "../../../sim/github/people.ts";
import { openPull, type Pull } from "../../../sim/github/pulls.ts";
import { type GitHubSim, startGitHub } from "../../../sim/github/server.ts";
import { type SealList, sealList, writeProposal } from "../../../src/cellar/approval-list.ts";
import { approvalBeside, renderApproval } from "../../../src/flow/approval.ts";
import type { Flow } from "../../../src/flow/flow.ts";
import type { Forge } from "../../../src/forge/forge.ts";
import { type GitHub, openGitHub } from "../../../src/forge/github/client.ts";
import { overGitHub } from "../../../src/forge/github/forge.ts";
import { propose } from "../../../src/forge/github/propose.ts";
import { type ApprovalsRead, readApprovals } from "../../../src/purge/approval/read.ts";
import { silentLog } from "../../../src/runtime/log.ts";
import { edited, flowOf } from "../../flow/flows.ts";
import { type MemoryCold, memoryCold } from "../../support/memory-cold.ts";
import { hexHash, hexId } from "../../support/values.ts";

export const PERIOD = { flow: "metrics", period: "2025-11" };
export const FLOW_FILE = "flows/metrics.yaml";
export const POLICY_FILE = "flows/policy.yaml";
export const APPROVAL = approvalBeside(FLOW_FILE, PERIOD.flow, PERIOD.period);
export const BOT = "github-actions[bot]";
const START_MS = Date.parse("2026-03-05T00:00:00Z");
const POLICY = "version: 1\napprovers: [alice, Bob]\n";

/** The good flow, approved by some way. */
export const approvedBy = (way: string): Flow =>
  flowOf(edited("mode: approve", `mode: approve\n  approve-by: ${way}`));

/** One stage. */
export class Stage {
  readonly sim: GitHubSim;
  readonly cold: MemoryCold;
  readonly github: GitHub;
  /** What the proposal names. */
  readonly list: SealList;
  private readonly clock: { ms: number };

  private constructor(sim: GitHubSim, github: GitHub, list: SealList, clock: { ms: number }) {
    this.sim = sim;
    this.github = github;
    this.list = list;
    this.clock = clock;
    this.cold = memoryCold(clock.ms);
  }

  /** Rules, people and policy are in order, and the tool has proposed the period. */
  static async proposed(): Promise<Stage> {
    const clock = { ms: START_MS };
    const sim = await startGitHub({ now: () => clock.ms });
    for (const login of ["alice", "Bob", "mallory"]) sim.world.addUser(login);
    const files = { [FLOW_FILE]: "the flow", [POLICY_FILE]: POLICY };
    sim.world.git.push("main", { files });
    sim.world.rules.set("main", { reviews: 1 });
    const { url: apiUrl, token, repository } = sim;
    const github = openGitHub({ apiUrl, token, repository, log: silentLog, secondMs: 0 });
    const list = sealList([1, 2].map((n) => ({ key: `seals/${n}`, sha256: hexHash(n) })));
    const stage = new Stage(sim, github, list, clock);
    await writeProposal(stage.cold, PERIOD, hexId(9), list);
    await stage.propose();
    return stage;
  }

  propose(): ReturnType<typeof propose> {
    const { digest, seals } = this.list;
    const counts = { seals: seals.length, points: 3, bytes: 4 };
    const text = renderApproval({ version: 1, ...PERIOD, digest, ...counts });
    const proposal = { branch: "cellarman/approve", path: APPROVAL, text, title: "t", body: "b" };
    return propose(this.github, proposal, "review.yml");
  }

  later(ms: number): void {
    this.clock.ms += ms;
  }

  /** The pull request that is open. */
  get pull(): Pull {
    const found = [...this.sim.world.pulls.values()].find((pull) => pull.state === "open");
    if (!found) throw new Error("no pull request is open");
    return found;
  }

  /** The text that the open pull request brings. */
  get text(): string {
    return this.sim.world.git.head(this.pull.headRef)?.files.get(APPROVAL) ?? "";
  }

  /** Somebody approves the open pull request and merges it. */
  approve(by: string): void {
    const { pull } = this;
    review(this.sim.world, pull, by);
    merge(this.sim.world, pull, "mallory");
  }

  /** A change to the proposed file, on the branch that it comes from. */
  change({ text, ...who }: { author: string; pusher?: string; text?: string }): void {
    const files = { [APPROVAL]: text ?? `${this.text}#\n` };
    this.sim.world.git.push(this.pull.headRef, { files, ...who });
  }

  /** Another's pull request with a file of this text, in place of the tool's. */
  instead(by: string, text = this.text, more: { fork?: string } = {}): Pull {
    this.pull.state = "closed";
    this.sim.world.git.push("mine", { files: { [APPROVAL]: text }, author: by });
    return openPull(this.sim.world, { by, headRef: "mine", ...more });
  }

  pushToMain(files: Readonly<Record<string, string | null>>, author = "mallory"): void {
    this.sim.world.git.push("main", { files, author });
  }

  forge(): Promise<Forge> {
    const none = (): never => {
      throw new Error("the checkout is not asked");
    };
    const checkout = { branch: "?", pathInside: none, fileNow: none, fileAsFetched: none };
    return overGitHub(checkout, this.github, { now: () => this.clock.ms });
  }

  /** What a gate makes of it, as a run that begins now sees it. */
  async read(flow = approvedBy("pull-request")): Promise<ApprovalsRead> {
    const gate = { flow, flowFile: FLOW_FILE, at: { ...PERIOD, batch: "b" } };
    return readApprovals(this.cold, gate, await this.forge());
  }

  async close(): Promise<void> {
    await this.github.close();
    await this.sim.close();
  }
}
