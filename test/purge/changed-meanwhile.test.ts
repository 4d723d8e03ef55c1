// A gate takes minutes. What people say in that time stops the delete: flow, policy and approval
// are asked for once more, right before it.
import { beforeEach, describe, expect, test } from "vitest";
import { sealList, writeProposal } from "../../src/cellar/approval-list.ts";
import { readRecord } from "../../src/cellar/records.ts";
import { approvalBeside, renderApproval } from "../../src/flow/approval.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import { policyBeside } from "../../src/flow/policy.ts";
import type { FileHistory, Forge, MergedPull } from "../../src/forge/forge.ts";
import { sealRecord } from "../../src/ledger/records.ts";
import { type BatchPurged, purgeBatch } from "../../src/purge/purge-batch.ts";
import { hexId } from "../support/values.ts";
import { type GateWorld, gateWorld, NOW_MS } from "./gate-world.ts";

let world: GateWorld;
let removed: number;
beforeEach(async () => {
  world = await gateWorld();
  removed = 0;
});

/** The gate's last check is done; what comes now comes after it. */
const isAfterGate = (): boolean => world.asked.filter((one) => one === "dry run").length >= 2;

const POLICY = "version: 1\napprovers: [alice]\n";

function forgeOf(policyAfter: string, reviews?: Forge["reviews"]): Forge {
  return {
    branch: "main",
    pathInside: async (file) => file,
    fileAsFetched: async () => undefined,
    fileNow: async (path) => {
      if (path !== policyBeside(world.gate.flowFile)) return undefined;
      return isAfterGate() ? policyAfter : POLICY;
    },
    ...(reviews ? { reviews } : {}),
  };
}

async function purge(forge: Forge): Promise<BatchPurged> {
  const deleter = {
    remove: async () => {
      removed++;
      return { complete: true as const, series: [] };
    },
  };
  const ports = { ...world.ports, forge, deleter: deleter as never };
  return purgeBatch(world.gate, ports);
}

const intents = (): string[] =>
  [...world.cold.objects.keys()].filter((k) => k.startsWith("intents"));

describe("the default branch, asked again right before the delete", () => {
  test("holds all by its policy meanwhile: nothing is deleted", async () => {
    const { outcome, note } = await purge(forgeOf(`${POLICY}hold: all\n`));
    expect([outcome, note, removed]).toEqual([
      "wait",
      "flow on the default branch: policy: hold: all",
      0,
    ]);
    expect(intents()).toEqual([]);
  });

  test("has a policy meanwhile that nobody can read: nothing is deleted", async () => {
    await expect(purge(forgeOf("hold: ["))).rejects.toMatchObject({ code: "flow-invalid" });
    expect([removed, intents()]).toEqual([0, []]);
  });

  test("as it was: the delete goes", async () => {
    await purge(forgeOf(POLICY)).catch(() => undefined);
    expect([removed, intents().length]).toEqual([1, 1]);
  });
});

describe("an approval by pull request, asked again right before the delete", () => {
  /** A world whose flow is approved by a merged file, and the file's history. */
  async function reviewed(): Promise<FileHistory> {
    const { gate, cold } = world;
    const purge = { ...gate.flow.purge, mode: "approve", approveBy: "pull-request" } as const;
    const flow = { ...gate.flow, name: gate.at.flow, purge };
    const value = { ...gate.plan.value, purgeDigest: purgeDigest(flow) };
    world.gate = { ...gate, flow, plan: { ...gate.plan, value } };
    const [key = ""] = [...cold.objects.keys()].filter((k) => k.startsWith("seals/"));
    const seal = await readRecord(cold, key, sealRecord);
    const list = sealList(seal ? [seal] : []);
    await writeProposal(cold, gate.at, hexId(9), list);
    const { flow: name, period } = gate.at;
    const counts = { seals: 1, points: 2, bytes: 3 };
    const text = renderApproval({ version: 1, flow: name, period, digest: list.digest, ...counts });
    return { blob: "b", text, pulls: [pullOf(approvalBeside(gate.flowFile, name, period))] };
  }

  const pullOf = (path: string): MergedPull => ({
    number: 7,
    url: "https://github.com/acme/flows/pull/7",
    base: "main",
    isFromFork: false,
    mergedMs: NOW_MS - 1_000,
    author: { login: "bot", isHuman: false },
    head: "h",
    pushers: ["bot"],
    isWhole: true,
    commits: [{ sha: "h", author: "bot", committer: null, isVerified: true }],
    files: [{ path, blob: "b" }],
    reviews: [
      {
        by: { login: "alice", isHuman: true },
        state: "approved",
        commit: "h",
        atMs: NOW_MS - 2_000,
      },
    ],
  });

  const reviewsOf = (history: () => FileHistory | undefined): NonNullable<Forge["reviews"]> => ({
    historyOf: async () => history(),
    reviewsDemanded: async () => 1,
    environment: async () => undefined,
    runApprovals: async () => [],
  });

  test("stands: the delete goes, and its intent quotes it", async () => {
    const history = await reviewed();
    await purge(
      forgeOf(
        POLICY,
        reviewsOf(() => history),
      ),
    ).catch(() => undefined);
    expect(removed).toBe(1);
    const intent = world.cold.objects.get(intents()[0] ?? "");
    const { approvals } = JSON.parse(Buffer.from(intent?.bytes ?? []).toString("utf8"));
    expect(approvals).toEqual([expect.stringMatching(/^flows\/approvals\/f\/2025-11\.yaml@/)]);
  });

  test("was taken back meanwhile: nothing is deleted", async () => {
    const history = await reviewed();
    const { outcome, note } = await purge(
      forgeOf(
        POLICY,
        reviewsOf(() => (isAfterGate() ? undefined : history)),
      ),
    );
    expect([outcome, removed, intents()]).toEqual(["wait", 0, []]);
    expect(note).toContain("main has no flows/approvals/f/2025-11.yaml");
  });

  test("names an approver no longer listed: nothing is deleted", async () => {
    const history = await reviewed();
    const forge = forgeOf(
      "version: 1\napprovers: [bob]\n",
      reviewsOf(() => history),
    );
    const { outcome, note } = await purge(forge);
    expect([outcome, removed]).toEqual(["wait", 0]);
    expect(note).toContain("was not approved by one of bob");
  });

  test("that cannot be asked for meanwhile: nothing is deleted", async () => {
    const history = await reviewed();
    const reviews = reviewsOf(() => history);
    const historyOf = async () => {
      if (isAfterGate()) throw new Error("no answer");
      return history;
    };
    await expect(purge(forgeOf(POLICY, { ...reviews, historyOf }))).rejects.toThrow("no answer");
    expect([removed, intents()]).toEqual([0, []]);
  });
});
