// flows/policy.yaml: `hold: all` in the default branch's policy holds everything; a policy that
// cannot be read forbids.
import { describe, expect, test } from "vitest";
import { loadPolicy, policyBeside } from "../../src/flow/policy.ts";
import { caught } from "../support/values.ts";

describe("a policy", () => {
  test.each([
    ["version: 1\nhold: all\n", true],
    ["version: 1\nhold: none\n", false],
    ["version: 1\n", false],
    ["# stop\nversion: 1\nhold: 'all'", true],
  ])("%j: all held %s", (text, holdAll) => {
    expect(loadPolicy(text)).toMatchObject({ holdAll });
  });

  test.each([
    ["nothing", ""],
    ["no version", "hold: none\n"],
    ["another version", "version: 2\nhold: none\n"],
    ["a version in quotes", 'version: "1"\n'],
    ["an unknown key: it may forbid", "version: 1\nholds: all\n"],
    ["an unknown hold", "version: 1\nhold: some\n"],
    ["a list", "- version: 1\n"],
    ["text", "hold all\n"],
    ["broken YAML", "version: 1\nhold: [all\n"],
    ["one key twice", "version: 1\nhold: all\nhold: none\n"],
    ["a tag that nobody knows", "version: 1\nhold: !!x none\n"],
    ["a directive", "%YAML 1.1\n---\nversion: 1\n%X\n"],
    ["two documents", "version: 1\nhold: none\n---\nhold: all\n"],
    ["an alias", "version: 1\nhold: &h all\nx: *h\n"],
  ])("that is %s forbids everything: it throws", (_, text) => {
    expect(caught(() => loadPolicy(text))).toMatchObject({
      code: "flow-invalid",
      where: "policy.yaml",
    });
  });

  test("lies beside the flow file", () => {
    expect(policyBeside("flows/metrics.yaml")).toBe("flows/policy.yaml");
    expect(policyBeside("metrics.yaml")).toBe("policy.yaml");
    expect(policyBeside("a/b/c.yml")).toBe("a/b/policy.yaml");
  });
});
