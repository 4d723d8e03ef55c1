// Changes that a review refuses: by the policy, by where credentials go, by other flows.
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

  it("that the change takes away: it still rules", async () => {
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
