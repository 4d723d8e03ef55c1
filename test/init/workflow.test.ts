// A shipped workflow fitted to a repository: the action by commit, exactly its variables, no purge
// where there shall be none, and not a comment lost.
import { describe, expect, it } from "vitest";
import { variablesOf } from "../../src/init/variables.ts";
import { fitWorkflow, type Fitting } from "../../src/init/workflow.ts";
import { edited, flowOf, GOOD } from "../flow/flows.ts";

const ACTION = "acme/cellarman@0123456789012345678901234567890123456789 # v1.2.3";

const SHIPPED = `# All of it.
name: offload
jobs:
  # Plans.
  plan:
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - id: plan
        uses: OWNER/cellarman@0000000000000000000000000000000000000000 # v0.1.0
        env:
          GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}
          WARP10_READ_TOKEN: \${{ secrets.WARP10_READ_TOKEN }}
          CELLAR_ADDON_KEY_ID: \${{ secrets.CELLAR_ADDON_KEY_ID }}
          CELLAR_ADDON_KEY_SECRET: \${{ secrets.CELLAR_ADDON_KEY_SECRET }}

  # Deletes.
  # In two lines.
  purge:
    needs: [plan]
    # Never always().
    if: \${{ !cancelled() }}
    steps:
      - uses: ./
        env:
          WARP10_DELETE_TOKEN: \${{ secrets.WARP10_DELETE_TOKEN }}

  approve:
    needs: plan
    steps: []

  purge-reviewed:
    needs: [plan, approve]
    steps: []

  # Says what was done.
  report:
    needs: [plan, approve, purge, purge-reviewed]
    steps:
      - uses: $/
        with:
          arguments: --needs=plan=\${{ needs.plan.result }},purge=\${{ needs.purge.result }}
        env:
          SLACK_WEBHOOK_URL: \${{ secrets.SLACK_WEBHOOK_URL }}
          OTHER: \${{ secrets.SOMETHING }}
`;

function fit(flows: readonly string[], more: Partial<Fitting> = {}): string {
  const variables = variablesOf(flows.map(flowOf));
  return fitWorkflow(SHIPPED, {
    action: ACTION,
    variables,
    withoutPurge: false,
    withRerun: false,
    ...more,
  });
}

const lines = (text: string, part: string): string[] =>
  text
    .split("\n")
    .filter((line) => line.includes(part))
    .map((line) => line.trim());

describe("a workflow", () => {
  it("takes the action by its commit, and leaves other people's actions alone", () => {
    expect(lines(fit([GOOD]), "uses:")).toEqual([
      "- uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
      `uses: ${ACTION}`,
      `- uses: ${ACTION}`,
      `- uses: ${ACTION}`,
    ]);
  });

  it("of one flow with the default names is the shipped one, without what no flow has", () => {
    const fitted = fit([GOOD]);
    expect(lines(fitted, "WARP10_")).toEqual(lines(SHIPPED, "WARP10_"));
    expect(fitted).not.toContain("SLACK");
    expect(fitted).toContain("OTHER: ${{ secrets.SOMETHING }}");
    expect(fitted).toContain("GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}");
  });

  it("of two clusters maps each flow's own variables, each once", () => {
    const named = (n: number): string =>
      edited("  select:", `  read-token: { env: C${n}_READ_TOKEN }\n  select:`);
    const fitted = fit([named(2), named(1), named(1)]);
    expect(lines(fitted, "READ_TOKEN")).toEqual([
      "C1_READ_TOKEN: ${{ secrets.C1_READ_TOKEN }}",
      "C2_READ_TOKEN: ${{ secrets.C2_READ_TOKEN }}",
    ]);
    expect(fitted).not.toContain("WARP10_READ_TOKEN");
  });

  it("of flows that never purge has no delete token", () => {
    expect(fit([GOOD.slice(0, GOOD.indexOf("purge:"))])).not.toContain("DELETE_TOKEN");
  });

  it("without purge loses the jobs that approve and purge, their comments and their needs", () => {
    const fitted = fit([GOOD], { withoutPurge: true });
    expect(fitted).not.toMatch(/purge|approve|Deletes|two lines|DELETE/);
    expect(fitted).toContain("--needs=plan=${{ needs.plan.result }}\n");
    expect(lines(fitted, "needs:")).toEqual(["needs: [plan]"]);
    expect(fitted).toContain("  # Plans.\n  plan:");
    expect(fitted).toContain("\n\n  # Says what was done.\n  report:");
  });
});
