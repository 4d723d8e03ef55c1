// An approval as a file: strict, every problem with its place, and what is written reads back.
import { describe, expect, it } from "vitest";
import { type ApprovalFile, loadApproval, renderApproval } from "../../src/flow/approval.ts";
import { hexHash } from "../support/values.ts";

const FILE = "flows/approvals/metrics/2025-11.yaml";
const APPROVAL: ApprovalFile = {
  version: 1,
  flow: "metrics",
  period: "2025-11",
  digest: hexHash(255),
  seals: 3,
  points: 22_000_000_000,
  bytes: 4,
  first: "2025-11-01T00:00:00.000000Z",
  last: "2025-11-30T23:59:59.999Z",
  report: "https://github.com/acme/flows/actions/runs/1",
};
const GOOD = renderApproval(APPROVAL);

const places = (text: string): string[] => {
  const loaded = loadApproval(Buffer.from(text), FILE);
  if ("approval" in loaded) return [];
  return loaded.problems.map((p) => `${p.line}:${p.column} ${p.path}`);
};

describe("an approval's file", () => {
  it("reads back as it was written", () => {
    expect(loadApproval(Buffer.from(GOOD), FILE)).toEqual({ approval: APPROVAL });
  });

  it.each(["2025-W03", "2025-11-03"])("may be of the period %s", (period) => {
    const text = renderApproval({ ...APPROVAL, period });
    expect(loadApproval(Buffer.from(text), FILE)).toMatchObject({ approval: { period } });
  });

  it.each([
    ["an unknown key", `${GOOD}force: true\n`, ["13:1 force"]],
    ["a key twice", `${GOOD}seals: 4\n`, ["13:1 seals"]],
    ["another version", GOOD.replace("version: 1", "version: 2"), ["3:10 version"]],
    ["no digest", GOOD.replace(/digest.*\n/, ""), ["1:1 digest"]],
    ["a short digest", GOOD.replace(/digest: "../, 'digest: "'), ["6:9 digest"]],
    ["a path for a flow", GOOD.replace("flow: metrics", "flow: ../x"), ["4:7 flow"]],
    ["no seals", GOOD.replace("seals: 3", "seals: 0"), ["7:8 seals"]],
    ["an imprecise count", GOOD.replace("22000000000", "9007199254740993"), ["8:9 points"]],
    ["an alias", GOOD.replace("seals: 3", "seals: *a"), ["7:8 "]],
    ["a second document", `${GOOD}---\nversion: 1\n`, ["13:1 "]],
    ["nothing", "", ["1:1 "]],
    ["no section", "yes\n", ["1:1 "]],
    ["a report elsewhere", GOOD.replace("https:", "javascript:"), ["12:9 report"]],
  ])("with %s is none, and says where", (_what, text, wanted) => {
    expect(places(text)).toEqual(wanted);
  });
});
