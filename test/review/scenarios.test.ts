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

  it("that widens a selector: other series go, approvals are void, a replan is due", async () => {
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
