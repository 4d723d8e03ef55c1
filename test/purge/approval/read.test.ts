// What the readers of approvals ask of the forge and of the ledger, and what they say, word for
// word: against a forge that answers as it is told.
import { beforeEach, describe, expect, test } from "vitest";
import { type SealList, sealList, writeProposal } from "../../../src/cellar/approval-list.ts";
import { renderApproval } from "../../../src/flow/approval.ts";
import type { FileHistory, Forge, Reviews } from "../../../src/forge/forge.ts";
import { approvalKey } from "../../../src/ledger/keys.ts";
import {
  type ApprovalsRead,
  needsReviews,
  readApprovals,
} from "../../../src/purge/approval/read.ts";
import { edited, flowOf } from "../../flow/flows.ts";
import { type MemoryCold, memoryCold } from "../../support/memory-cold.ts";
import { hexHash, hexId } from "../../support/values.ts";
import { reviewedFile } from "./reviewed.ts";
import { APPROVAL, approvedBy, FLOW_FILE, PERIOD, POLICY_FILE } from "./stage.ts";

const LIST: SealList = sealList([1, 2].map((n) => ({ key: `seals/${n}`, sha256: hexHash(n) })));
const NAME = "cellarman-approve";
const fileOf = (said: object = {}): string =>
  renderApproval({
    version: 1,
    ...PERIOD,
    digest: LIST.digest,
    seals: 2,
    points: 3,
    bytes: 4,
    ...said,
  });

const historyOf = (text = fileOf()): FileHistory => reviewedFile(APPROVAL, text);

let cold: MemoryCold;
let asked: string[];
/** The forge's answers, to be changed. */
let answers: {
  history: FileHistory | undefined;
  demanded: number | undefined;
  policy: string | undefined;
  environments: string[];
};
beforeEach(async () => {
  cold = memoryCold(1_000);
  await writeProposal(cold, PERIOD, hexId(9), LIST);
  asked = [];
  const policy = "version: 1\napprovers: [alice]\n";
  answers = { history: historyOf(), demanded: 1, policy, environments: [NAME] };
});

const noted = <T>(question: string, answer: T): Promise<T> => {
  asked.push(question);
  return Promise.resolve(answer);
};
const guarded = {
  demandsReview: true,
  preventsSelfReview: true,
  adminsBypass: false,
  branches: null,
};
const reviews: Reviews = {
  historyOf: (path) => noted(`history ${path}`, answers.history),
  reviewsDemanded: () => noted("rules", answers.demanded),
  environment: (name) => noted(`environment ${name}`, guarded),
  runApprovals: (run) => {
    const { environments } = answers;
    return noted(`run ${run}`, [
      { by: { login: "alice", isHuman: true }, approved: true, environments },
    ]);
  },
};
const forge: Forge = {
  branch: "main",
  pathInside: (file) => Promise.resolve(file),
  fileAsFetched: () => Promise.reject(new Error("what was fetched may be old")),
  fileNow: (path) => noted(`file ${path}`, answers.policy),
  reviews,
};

const read = (way: string, from: Forge | undefined = forge): Promise<ApprovalsRead> => {
  const at = { ...PERIOD, batch: "b" };
  return readApprovals(cold, { flow: approvedBy(way), flowFile: FLOW_FILE, at }, from);
};
/** A record in the ledger, approved at 1,000 ms by the store's clock. */
function plant(said: object): { key: string; sha256: string } {
  const common = { schema: "cellarman/approved/1", ...PERIOD, process: hexId(4), ...LIST };
  return cold.plant(approvalKey(PERIOD, hexId(5)), { ...common, ...said });
}

test("the forge is asked where a person's review approves, and not else", () => {
  expect(needsReviews(approvedBy("command"))).toBe(false);
  expect(needsReviews(approvedBy("pull-request"))).toBe(true);
  expect(needsReviews(approvedBy("environment"))).toBe(true);
  const text = edited("mode: approve", "mode: automatic\n  approve-by: pull-request");
  expect(needsReviews(flowOf(text))).toBe(false);
});

describe("by command", () => {
  test("the ledger's records count since they were written", async () => {
    const quote = plant({ by: "command" });
    const { key } = quote;
    expect(await read("command", undefined)).toEqual({
      approvals: [
        {
          key,
          record: quote,
          seals: LIST.seals,
          atMs: 1_000,
          isVoidedByOthers: false,
          refused: undefined,
        },
      ],
      none: undefined,
    });
    expect(asked).toEqual([]);
  });

  test("of another period there is none", async () => {
    const common = { schema: "cellarman/approved/1", process: hexId(4), ...LIST, by: "command" };
    const at = { ...PERIOD, period: "2025-12" };
    cold.plant(approvalKey(at, hexId(5)), { ...common, ...at });
    expect(await read("command")).toEqual({ approvals: [], none: undefined });
  });
});

test.each(["pull-request", "environment"])("by %s, nothing counts without GitHub", async (way) => {
  plant({ by: "environment", review: { run: 4, environment: NAME, reviewers: ["alice"] } });
  const none = `approve-by is ${way}: that is read from GitHub, in a run that has a token`;
  const { reviews: _, ...plain } = forge;
  for (const from of [undefined, plain]) {
    const at = { ...PERIOD, batch: "b" };
    const gate = { flow: approvedBy(way), flowFile: FLOW_FILE, at };
    expect(await readApprovals(cold, gate, from)).toEqual({ approvals: [], none });
  }
});

describe("by environment", () => {
  const review = { run: 4, environment: NAME, reviewers: ["alice"] };
  const refused = async (said: object = { by: "environment", review }) => {
    plant(said);
    return (await read("environment")).approvals.map((one) => one.refused);
  };

  test("a record counts by a person's yes to its run, which is asked for again", async () => {
    expect(await refused()).toEqual([undefined]);
    expect(asked).toEqual([`environment ${NAME}`, "run 4"]);
  });

  test.each<[string, object]>([
    [`it was not approved by ${NAME}`, { by: "command", review }],
    [`it was not approved by ${NAME}`, { by: "environment" }],
    [
      `it was approved by E, not ${NAME}`,
      { by: "environment", review: { ...review, environment: "E" } },
    ],
    ["its digest is not that of its list", { by: "environment", review, digest: hexHash(9) }],
  ])("%s: no, and nobody is asked", async (why, said) => {
    expect(await refused(said)).toEqual([why]);
    expect(asked).toEqual([]);
  });

  test("a run that nobody approved: no", async () => {
    answers.environments = ["E"];
    expect(await refused()).toEqual([`no person approved ${NAME} in run 4`]);
  });
});

describe("by pull request", () => {
  test("a reviewed file counts, with the ledger's list, since its merge", async () => {
    expect(await read("pull-request")).toEqual({
      approvals: [
        {
          key: `${APPROVAL}@${LIST.digest}`,
          record: undefined,
          seals: LIST.seals,
          atMs: 20,
          isVoidedByOthers: true,
          refused: undefined,
        },
      ],
      none: undefined,
    });
    expect(asked).toEqual([`history ${APPROVAL}`, "rules", `file ${POLICY_FILE}`]);
  });

  test.each<[string, () => void]>([
    [`main has no ${APPROVAL}`, () => (answers.history = undefined)],
    [
      `${APPROVAL} approves metrics 2025-12`,
      () => (answers.history = historyOf(fileOf({ period: "2025-12" }))),
    ],
    [
      `${APPROVAL} approves other 2025-11`,
      () => (answers.history = historyOf(fileOf({ flow: "other" }))),
    ],
    ["GitHub shows no rules of the branch main", () => (answers.demanded = undefined)],
    ["the rules of main demand no review", () => (answers.demanded = 0)],
    ["the policy names no approvers", () => (answers.policy = undefined)],
    [
      "pull request #7 was not approved by one of bob",
      () => (answers.policy = "version: 1\napprovers: [bob]\n"),
    ],
    [
      `the ledger has no list of the digest that ${APPROVAL} names`,
      () => (answers.history = historyOf(fileOf({ digest: hexHash(9) }))),
    ],
    [
      `${APPROVAL} counts other seals than its list`,
      () => (answers.history = historyOf(fileOf({ seals: 3 }))),
    ],
  ])("%s: none", async (none, change) => {
    change();
    expect(await read("pull-request")).toEqual({ approvals: [], none });
  });
  test("a file that is not valid: none, by its first problem", async () => {
    answers.history = historyOf(`${fileOf()}force: true\n`);
    const { approvals, none } = await read("pull-request");
    expect(approvals).toEqual([]);
    expect(none).toMatch(/^flows\/approvals\/metrics\/2025-11\.yaml: force is not known here: /);
  });
});
