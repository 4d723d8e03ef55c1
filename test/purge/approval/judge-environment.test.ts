// Whether an environment guards what it is trusted with.
import { describe, expect, test } from "vitest";
import type { EnvironmentRules } from "../../../src/forge/forge.ts";
import {
  approversOf,
  unfitToApprove,
  unfitToDelete,
} from "../../../src/purge/approval/judge-environment.ts";

const RULES: EnvironmentRules = {
  demandsReview: true,
  preventsSelfReview: true,
  adminsBypass: false,
  branches: ["main"],
};

describe("an environment that approves", () => {
  test("demands a review that nobody can pass by", () => {
    expect(unfitToApprove("E", RULES)).toBeUndefined();
  });

  test.each<[string, EnvironmentRules | undefined]>([
    ["GitHub shows no environment E", undefined],
    ["E has no required reviewers", { ...RULES, demandsReview: false }],
    ["E lets who started a run approve it", { ...RULES, preventsSelfReview: false }],
    ["GitHub does not say whether administrators bypass E", { ...RULES, adminsBypass: null }],
    ["administrators may bypass the protection of E", { ...RULES, adminsBypass: true }],
  ])("does not where %s", (why, rules) => {
    expect(unfitToApprove("E", rules)).toBe(why);
  });
});

describe("an environment that holds the delete token", () => {
  const unfit = (branches: EnvironmentRules["branches"]) =>
    unfitToDelete("E", { ...RULES, branches }, "main");

  test("is open to the default branch alone", () => {
    expect(unfit(["main"])).toBeUndefined();
    expect(unfit(null)).toBe("E is open to other branches, not to main alone");
    expect(unfit([])).toBe("E is open to no branch, not to main alone");
    expect(unfit(["dev"])).toBe("E is open to dev, not to main alone");
    expect(unfit(["main", "dev"])).toBe("E is open to main, dev, not to main alone");
  });
});

test("the people who said yes to the environment, and nobody else", () => {
  const alice = { login: "alice", isHuman: true };
  const yes = { by: alice, approved: true, environments: ["D", "E"] };
  const others = [
    { ...yes, approved: false },
    { ...yes, environments: ["D"] },
    { ...yes, by: { login: "robot", isHuman: false } },
    { ...yes, by: null },
  ];
  expect(approversOf([...others, yes], "E")).toEqual(["alice"]);
  expect(approversOf(others, "E")).toEqual([]);
});
