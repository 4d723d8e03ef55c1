// What people do to flows, and what a reviewer is told: each on a real repository.
import { afterEach, describe, expect, it } from "vitest";
import { Change, type Files, FLOW, type Reviewed } from "./change.ts";

let change: Change;
afterEach(() => change.dispose());

const FILE = "flows/metrics.yaml";

/** The base's flow with some parts replaced, each of which must be there. */
function edit(...parts: readonly (readonly [string, string])[]): string {
  return parts.reduce((text, [part, by]) => {
    if (!text.includes(part)) throw new Error(`no such part: ${part}`);
    return text.replace(part, () => by);
  }, FLOW);
}

async function review(files: Files, base: Files = { [FILE]: FLOW }, ...argv: string[]) {
  change = new Change(base, files);
  return change.review({}, ...argv);
}

const told = ({ document }: Reviewed): string[] =>
  document.problems.map((p) => `${p.level} ${p.file}:${p.line} ${p.kind}`);

describe("a change that is within the rules", () => {
  it("of a comment: nothing changes", async () => {
    const said = await review(
      { [FILE]: `# for people\n${FLOW}` },
      undefined,
      "--detailed-exitcode",
    );
    expect(said.code).toBe(0);
    expect(said.document).toMatchObject({ verdict: "none", flows: [], unchanged: ["metrics"] });
    expect(said.document.markdown).toContain("nothing changes");
  });

  it("that widens a selector: other series are deleted, approvals are void, a replan is due", async () => {
    const approval = "flows/approvals/metrics/2025-11.yaml";
    const base = { [FILE]: FLOW, [approval]: "digest: x\n" };
    const said = await review({ [FILE]: edit(["cpu\\\\..*", ".*"]) }, base, "--detailed-exitcode");
    expect(said.code).toBe(5);
    const [flow] = said.document.flows;
    expect(flow?.deletions.map((d) => `${d.period} ${d.kind}`)).toEqual([
      "2025-11 other series",
      "2025-12 other series",
    ]);
    expect(flow?.voided).toEqual([
      { period: "2025-11", why: expect.stringContaining("purge digest changes") },
    ]);
    expect(flow?.effects.join("\n")).toContain("wait for cellarman replan");
    expect(flow?.adds).toMatchObject({ from: "unknown" });
    expect(said.document.markdown).toContain("sizes are not known");
    expect(said.document.markdown).toContain("```mermaid\nflowchart LR\n");
  });

  it("that shortens keep-hot: periods are added, and deleted earlier", async () => {
    const said = await review({
      [FILE]: edit(["first: 2025-11", "first: 2025-11\n  keep-hot: P2M"]),
    });
    expect(said.code).toBe(0);
    const [flow] = said.document.flows;
    expect(flow?.periods).toMatchObject([
      { period: "2025-12", kind: "added" },
      { period: "2026-01", kind: "moved" },
    ]);
    expect(flow?.deletions).toMatchObject([
      { period: "2025-11", kind: "as before" },
      {
        period: "2025-12",
        kind: "earlier",
        from: { before: "2026-04-15T00:00:00.000Z", after: "2026-03-24T12:00:00.000Z" },
      },
      { period: "2026-01", kind: "earlier" },
    ]);
    expect(flow?.voided).toEqual([]);
    expect(said.document.markdown).toContain("**is deleted earlier**");
  });

  it("that lengthens it, or starts later: periods are dropped", async () => {
    const said = await review({
      [FILE]: edit(["first: 2025-11", "first: 2025-12\n  keep-hot: P4M"]),
    });
    expect(said.document.flows[0]?.periods).toMatchObject([
      { period: "2025-11", kind: "dropped" },
      { period: "2025-12", kind: "moved" },
    ]);
    expect(said.document.flows[0]?.deletions).toMatchObject([
      { period: "2025-11", kind: "spared" },
      { period: "2025-12", kind: "later" },
    ]);
  });

  it("that takes the approval away: said for each period", async () => {
    const said = await review({ [FILE]: edit(["mode: approve", "mode: automatic"]) });
    expect(said.document.flows[0]?.deletions).toMatchObject([
      { period: "2025-11", kind: "unasked" },
      { period: "2025-12", kind: "unasked" },
    ]);
    expect(said.document.markdown).toContain("with no approval");
  });

  it("that stops the purge: nothing is deleted", async () => {
    const said = await review({ [FILE]: edit(["mode: approve", "mode: never"]) });
    expect(said.document.flows[0]?.deletions).toMatchObject([
      { kind: "spared" },
      { kind: "spared" },
    ]);
    expect(said.document.markdown).toContain("is deleted no longer");
  });

  it("that removes a flow", async () => {
    const second = edit(["flow: metrics", "flow: second"], ["cpu\\\\..*", "mem.*"]);
    const base = { [FILE]: FLOW, "flows/second.yaml": second };
    const said = await review({ "flows/second.yaml": null }, base);
    expect(said.document.flows).toMatchObject([{ flow: "second", kind: "removed" }]);
    expect(said.document.flows[0]?.deletions).toMatchObject([
      { kind: "spared" },
      { kind: "spared" },
    ]);
  });

  it("and on a base that went on meanwhile: only the change's own part is told", async () => {
    change = new Change({ [FILE]: FLOW }, { [FILE]: edit(["max-past: P45D", "max-past: P46D"]) });
    change.advance({ "flows/other.yaml": edit(["flow: metrics", "flow: other"]) });
    const said = await change.review();
    expect(said.document.flows).toMatchObject([{ flow: "metrics", kind: "changed" }]);
  });
});

describe("a change that breaks a flow", () => {
  it("is invalid, with the line; the flow does not count as removed", async () => {
    const said = await review({ [FILE]: edit(["max-past: P45D", "max-pst: P45D"]) });
    expect(said.code).toBe(2);
    expect(said.document).toMatchObject({ verdict: "invalid", flows: [] });
    expect(told(said)).toEqual([`error ${FILE}:15 invalid`]);
    expect(said.document.markdown).toContain(`\`${FILE}:15\``);
  });

  it("by the name of another", async () => {
    const said = await review({ "flows/twin.yaml": FLOW });
    expect(said.code).toBe(2);
    expect(told(said)).toEqual(["error flows/twin.yaml:2 invalid"]);
  });

  it("by more periods than a flow may have", async () => {
    const days = edit(["first: 2025-11", "every: day\n  first: 1970-01-01"]);
    const said = await review({ [FILE]: days });
    expect(said.code).toBe(2);
    expect(said.document.problems[0]?.message).toContain("more than 10000 periods");
  });

  it("and the policy: both are told", async () => {
    const said = await review({
      [FILE]: "flow: x\n",
      "flows/policy.yaml": "version: 1\nholds: all\n",
    });
    expect(said.code).toBe(2);
    expect(new Set(said.document.problems.map((p) => p.file))).toEqual(
      new Set([FILE, "flows/policy.yaml"]),
    );
  });
});

describe("a change that breaks the policy", () => {
  const POLICY =
    "version: 1\nkeep-hot: P3M\nmodes: [never, approve]\nforbid: [{ class: billing }]\n";
  const base = { [FILE]: FLOW, "flows/policy.yaml": POLICY };

  it.each([
    ["least hot months", edit(["first: 2025-11", "first: 2025-11\n  keep-hot: P2M"]), 9],
    ["a mode", edit(["mode: approve", "mode: automatic"]), 13],
    ["a forbidden selector", edit(["cpu\\\\..*", ".*"]), 6],
  ])("%s: refused, at its line", async (_, text, line) => {
    const said = await review({ [FILE]: text }, base);
    expect(said.code).toBe(1);
    expect(said.document.verdict).toBe("refused");
    expect(told(said)).toEqual([`error ${FILE}:${line} policy`]);
  });

  it("by loosening it in the same change: the base's rules, and the change is said", async () => {
    const files = {
      [FILE]: edit(["mode: approve", "mode: automatic"]),
      "flows/policy.yaml": "version: 1\n",
    };
    const said = await review(files, base);
    expect(said.code).toBe(1);
    expect(said.document.policy.kind).toBe("changed");
    expect(said.document.policy.settings.map((s) => s.path)).toEqual([
      "forbid[0]",
      "keep-hot",
      "modes",
    ]);
    expect(said.document.markdown).toContain("**The policy is changed.**");
  });

  it("of tomorrow: a flow that a new policy will refuse is a warning", async () => {
    const said = await review({ "flows/policy.yaml": "version: 1\nmodes: [never]\n" });
    expect(said.code).toBe(0);
    expect(told(said)).toEqual([`warning ${FILE}:13 future`]);
    expect(said.document.policy.kind).toBe("added");
  });

  it("that stands at the base, and was loosened there by nobody: a removed one still rules", async () => {
    const files = { "flows/policy.yaml": null, [FILE]: edit(["mode: approve", "mode: automatic"]) };
    const said = await review(files, base);
    expect(said.code).toBe(1);
    expect(said.document.policy.kind).toBe("removed");
  });

  it("which asks for a newer version of this tool: refused", async () => {
    const said = await review(
      {},
      { [FILE]: FLOW, "flows/policy.yaml": "version: 1\nmin-version: 99.0.0\n" },
    );
    expect(said.code).toBe(1);
    expect(told(said)).toEqual(["error flows/policy.yaml:1 version"]);
  });

  it("which nobody can read: refused", async () => {
    const said = await review(
      { "flows/policy.yaml": "version: 1\n" },
      { [FILE]: FLOW, "flows/policy.yaml": "x" },
    );
    expect(said.code).toBe(1);
    expect(said.document.problems[0]?.message).toContain("the base branch's policy cannot be read");
  });
});

describe("a change of where a credential goes", () => {
  it.each([
    ["another host", edit(["https://warp10.example.net", "https://evil.example.net"]), [4, 14], 3],
    [
      "another variable",
      edit(["  select:", "  read-token: { env: OTHER_TOKEN }\n  select:"]),
      [4],
      1,
    ],
    ["another store", edit(["cellar-c2.services.clever-cloud.com", "s3.example.net"]), [10], 2],
    [
      "a receiver of alerts",
      `${FLOW}alerts: { webhook: { url: "https://hooks.example.net" } }\n`,
      [16],
      1,
    ],
  ])("%s: refused until a person says yes", async (_, text, lines, moves) => {
    const said = await review({ [FILE]: text });
    expect(said.code).toBe(1);
    expect(new Set(told(said))).toEqual(new Set(lines.map((n) => `error ${FILE}:${n} credential`)));
    expect(said.document.flows[0]?.credentials).toHaveLength(moves);
    expect(said.document.notices.join("\n")).toContain("a person other than the author");
    expect((await change.review({}, "--accept-destinations")).code).toBe(0);
  });

  it("in a new flow that goes where others go: nothing to accept", async () => {
    const said = await review({
      "flows/mem.yaml": edit(["flow: metrics", "flow: mem"], ["cpu\\\\..*", "mem\\\\..*"]),
    });
    expect(said.code).toBe(0);
    expect(said.document.flows).toMatchObject([{ flow: "mem", kind: "added", credentials: [] }]);
  });

  it("to what the base's policy lists: nothing to accept; else refused for good", async () => {
    const policy = [
      "version: 1\nendpoints:",
      "  - address: https://other.example.net",
      "    read-token: [WARP10_READ_TOKEN]\n    delete-token: [WARP10_DELETE_TOKEN]",
      "    probe-token: [WARP10_PROBE_TOKEN]",
      "  - address: https://cellar-c2.services.clever-cloud.com",
      "    access-key-id: [CELLAR_ADDON_KEY_ID]",
      "    secret-access-key: [CELLAR_ADDON_KEY_SECRET]\n",
    ].join("\n");
    const base = { [FILE]: FLOW, "flows/policy.yaml": policy };
    const said = await review({ [FILE]: edit(["warp10.example.net", "other.example.net"]) }, base);
    expect(said.code).toBe(0);
    change.commit({ [FILE]: edit(["warp10.example.net", "evil.example.net"]) });
    const refused = await change.review({}, "--accept-destinations");
    expect(refused.code).toBe(1);
    expect(new Set(told(refused))).toEqual(
      new Set([`error ${FILE}:4 policy`, `error ${FILE}:14 policy`]),
    );
  });
});

describe("two flows of one server", () => {
  it("whose selectors may overlap, while one purges: a warning that names both", async () => {
    const said = await review({
      "flows/all.yaml": edit(["flow: metrics", "flow: all"], ["cpu\\\\..*", ".*"]),
    });
    expect(told(said)).toEqual(["warning flows/all.yaml:6 shared"]);
    expect(said.document.problems[0]?.message).toContain("flow metrics");
  });
});

describe("a base", () => {
  it("that is not there: says how to fetch it", async () => {
    change = new Change({ [FILE]: FLOW }, {});
    const said = await change.review({}, "--base", "nowhere");
    expect(said.code).toBe(2);
    expect(said.stderr).toContain("fetch-depth: 0");
  });

  it("is no option of git's", async () => {
    change = new Change({ [FILE]: FLOW }, {});
    expect((await change.review({}, "--base=--output=x")).code).toBe(2);
  });

  it("of another name, by GITHUB_BASE_REF", async () => {
    change = new Change({ [FILE]: FLOW }, { [FILE]: edit(["P45D", "P46D"]) });
    const said = await change.review({ GITHUB_BASE_REF: "main" });
    expect(said.document).toMatchObject({ base: "main", verdict: "changes" });
  });
});
