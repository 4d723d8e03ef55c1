// Whose yes to a pull request counts, judged from what the forge says of it alone.
import { describe, expect, test } from "vitest";
import type { FileHistory, MergedPull, PullReview } from "../../../src/forge/forge.ts";
import { judgeHistory } from "../../../src/purge/approval/judge-review.ts";

const RULES = { path: "flows/a.yaml", branch: "main", approvers: ["Alice", "bob"] };
const BLOB = "blob";
const person = (login: string) => ({ login, isHuman: true });
const review = (by: string, said: Partial<PullReview> = {}): PullReview => ({
  by: person(by),
  state: "approved",
  commit: "head",
  atMs: 10,
  ...said,
});
const commit = (said: Partial<MergedPull["commits"][number]> = {}) => ({
  sha: "head",
  author: "mallory",
  committer: "web-flow",
  isVerified: true,
  ...said,
});

/** Mallory's pull request of one signed commit, with alice's yes. */
const pullOf = (said: Partial<MergedPull> = {}): MergedPull => ({
  number: 7,
  url: "https://github.example.net/7",
  base: "main",
  isFromFork: false,
  mergedMs: 20,
  author: person("mallory"),
  head: "head",
  pushers: ["mallory"],
  isWhole: true,
  commits: [commit()],
  files: [{ path: RULES.path, blob: BLOB }],
  reviews: [review("alice")],
  ...said,
});

const judge = (pulls: readonly MergedPull[], rules: Partial<typeof RULES> = {}) => {
  const history: FileHistory = { blob: BLOB, text: "", pulls };
  return judgeHistory(history, { ...RULES, ...rules });
};
const judgeOne = (said: Partial<MergedPull>) => judge([pullOf(said)]);
const FINE = { by: "alice", atMs: 20, pull: 7 };

describe("a history", () => {
  test("counts since the merge, by whom of the list it was reviewed", () => {
    expect(judge([pullOf()])).toEqual(FINE);
  });

  test("without approvers, or without a pull request, is none", () => {
    expect(judge([pullOf()], { approvers: [] })).toEqual({ why: "the policy names no approvers" });
    expect(judge([])).toEqual({ why: "flows/a.yaml did not come by a merged pull request" });
  });

  test("of several pull requests needs one in order, and tells of the first where none is", () => {
    const bad = pullOf({ number: 5, isFromFork: true });
    expect(judge([bad, pullOf()])).toEqual(FINE);
    expect(judge([bad, pullOf({ isWhole: false })])).toEqual({
      why: "pull request #5 comes from a fork",
    });
  });
});

describe("a pull request that proves nothing, whoever reviewed it", () => {
  const file = { path: RULES.path, blob: BLOB };
  test.each<[string, Partial<MergedPull>]>([
    ["was merged into side", { base: "side" }],
    ["comes from a fork", { isFromFork: true }],
    ["is not shown in full", { isWhole: false }],
    [
      "changes b.yaml too: an approval comes alone",
      { files: [file, { path: "b.yaml", blob: "x" }] },
    ],
    ["brought another flows/a.yaml than is there", { files: [] }],
    ["brought another flows/a.yaml than is there", { files: [file, file] }],
    ["brought another flows/a.yaml than is there", { files: [{ ...file, blob: "other" }] }],
    ["brought another flows/a.yaml than is there", { files: [{ ...file, blob: null }] }],
    ["does not show its last commit", { commits: [commit({ sha: "before" })] }],
    ["does not show its last commit", { commits: [] }],
  ])("%s: %j", (why, said) => {
    expect(judgeOne(said)).toEqual({ why: `pull request #7 ${why}` });
  });
});

describe("who wrote it", () => {
  const unknown = {
    why: "who wrote pull request #7 cannot be told: it is not signed",
  };

  test("is known by pushers, though a commit is not signed or names nobody", () => {
    for (const said of [{ isVerified: false }, { author: null }]) {
      expect(judgeOne({ commits: [commit(said)] })).toEqual(FINE);
    }
  });

  test("is known without pushers where every commit is signed by somebody", () => {
    expect(judgeOne({ pushers: null })).toEqual(FINE);
    for (const said of [{ isVerified: false }, { author: null }]) {
      const commits = [commit(), commit({ sha: "before", ...said })];
      expect(judgeOne({ pushers: null, commits })).toEqual(unknown);
    }
  });

  test("is not known where nobody opened it", () => {
    expect(judgeOne({ author: null })).toEqual(unknown);
  });

  test.each<[string, Partial<MergedPull>]>([
    ["opened it", { author: person("ALICE") }],
    ["pushed to it", { pushers: ["mallory", "Alice"] }],
    ["is a commit's author", { commits: [commit({ author: "Alice" })] }],
    ["is a commit's committer", { commits: [commit({ committer: "alice" })] }],
  ])("an approver who %s does not count", (_, said) => {
    expect(judgeOne(said)).toEqual({
      why: "pull request #7 was approved by alice alone, who wrote it",
    });
  });

  test("the forge's own signature is nobody's hand", () => {
    const reviews = [review("web-flow")];
    const rules = { approvers: ["web-flow"] };
    expect(judge([pullOf({ reviews })], rules)).toMatchObject({ by: "web-flow" });
  });
});

describe("reviews", () => {
  const none = { why: "pull request #7 was not approved by one of Alice, bob" };
  const stale = {
    why: "pull request #7 was changed or merged before alice reviewed its last commit",
  };

  test("count in any case of the letters, and the first of several is named", () => {
    expect(judgeOne({ reviews: [review("ALICE")] })).toEqual({ ...FINE, by: "ALICE" });
    expect(judgeOne({ reviews: [review("bob", { atMs: 11 }), review("alice")] })).toEqual(FINE);
  });

  test.each<[string, PullReview[], object]>([
    ["none", [], none],
    ["by one who is not listed", [review("carol")], none],
    [
      "by a bot that is listed",
      [review("alice", { by: { login: "alice", isHuman: false } })],
      none,
    ],
    ["by nobody", [review("alice", { by: null })], none],
    ["dismissed", [review("alice", { state: "dismissed" })], none],
    ["a comment", [review("alice", { state: "other" })], none],
    [
      "a yes that was dismissed later",
      [review("alice"), review("alice", { state: "dismissed", atMs: 11 })],
      none,
    ],
    ["of another commit", [review("alice", { commit: "before" })], stale],
    ["of no commit", [review("alice", { commit: null })], stale],
    ["after the merge", [review("alice", { atMs: 21 })], stale],
    ["of no known time", [review("alice", { atMs: Number.NaN })], stale],
  ])("%s: not approved", (_, reviews, why) => {
    expect(judgeOne({ reviews })).toEqual(why);
  });

  test("at the moment of the merge still count", () => {
    expect(judgeOne({ reviews: [review("alice", { atMs: 20 })] })).toEqual(FINE);
  });

  test("are each account's last word, whatever order they are told in", () => {
    const no = review("alice", { state: "changes-requested", atMs: 5 });
    expect(judgeOne({ reviews: [review("alice"), no] })).toEqual(FINE);
    expect(judgeOne({ reviews: [review("alice", { atMs: 4 }), no] })).toEqual({
      why: "pull request #7 has changes requested by alice",
    });
    const comment = review("alice", { state: "other", atMs: 15 });
    expect(judgeOne({ reviews: [review("alice"), comment] })).toEqual(FINE);
    expect(
      judgeOne({
        reviews: [
          { ...comment, atMs: 1 },
          { ...no, by: person("ALICE") },
        ],
      }),
    ).toEqual({
      why: "pull request #7 has changes requested by ALICE",
    });
  });

  test("one that wants changes blocks another's yes, if who wants them is listed", () => {
    const no = review("bob", { state: "changes-requested", atMs: 11 });
    expect(judgeOne({ reviews: [review("alice"), no] })).toEqual({
      why: "pull request #7 has changes requested by bob",
    });
    expect(judgeOne({ reviews: [review("alice"), { ...no, by: person("carol") }] })).toEqual(FINE);
  });

  test("a good one counts beside others; a stale one is told before the writer's own", () => {
    const bad = [review("carol"), review("bob", { commit: "before" })];
    const approvers = ["alice", "bob", "mallory"];
    const own = review("mallory");
    expect(judge([pullOf({ reviews: [...bad, own, review("alice")] })], { approvers })).toEqual(
      FINE,
    );
    expect(judge([pullOf({ reviews: [own, ...bad] })], { approvers })).toEqual({
      why: "pull request #7 was changed or merged before bob reviewed its last commit",
    });
  });
});
