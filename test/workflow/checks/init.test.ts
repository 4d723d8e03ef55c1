// What `cellarman init` makes of the shipped workflows, before GitHub's own language service: with
// other variables, and without purge.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "@actions/languageservice";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import shipped from "../../../src/init/shipped.json" with { type: "json" };
import { variablesOf } from "../../../src/init/variables.ts";
import { fitWorkflow } from "../../../src/init/workflow.ts";
import { edited, flowOf, GOOD } from "../../flow/flows.ts";
import { ROOT } from "../runner/actions.ts";

const ACTION = "acme/cellarman@0123456789012345678901234567890123456789 # v1.2.3";
const TWO = [GOOD, edited("  select:", "  read-token: { env: C2_READ_TOKEN }\n  select:")];
const workflows = Object.entries(shipped.workflows);

it("init ships all five, as they stand in the repository", () => {
  const names = workflows.map(([name]) => name).toSorted();
  expect(names).toEqual(["control.yml", "offload.yml", "rerun.yml", "review.yml", "watchdog.yml"]);
  for (const [name, text] of workflows) {
    expect(text).toBe(readFileSync(join(ROOT, ".github/workflows", name), "utf8"));
  }
});

describe.each(workflows)("%s", (name, text) => {
  it.each([false, true])(
    "fitted is what GitHub takes (without purge: %s)",
    async (withoutPurge) => {
      const variables = variablesOf(TWO.map(flowOf));
      const fitting = { action: ACTION, variables, withoutPurge, withRerun: true };
      const fitted = fitWorkflow(text, fitting);
      expect(fitted).not.toContain("With rerun.yml beside");
      if (name === "offload.yml") expect(fitted).toMatch(/--alert\n\s+--max-reruns=2\n/);
      const document = TextDocument.create(`file:///${name}`, "yaml", 1, fitted);
      const told = await validate(document, {});
      expect(
        told.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`),
      ).toEqual([]);
      expect(fitted).not.toContain("OWNER/");
      expect(fitted).toContain(`uses: ${ACTION}`);
      if (withoutPurge)
        expect(fitted).not.toMatch(/DELETE_TOKEN|PROBE_TOKEN|needs\.(purge|approve)/);
      if (/WARP10_READ_TOKEN: /.test(text)) {
        expect(fitted).toContain("C2_READ_TOKEN: ${{ secrets.C2_READ_TOKEN }}");
      }
    },
  );

  it("maps each secret under its own name, and no other way", () => {
    const mapped = [...text.matchAll(/^\s*([A-Z][A-Z0-9_]+): .*secrets\.(\w+)/gm)];
    expect(mapped.map(([, variable]) => variable)).toEqual(mapped.map(([, , secret]) => secret));
    expect(text).not.toMatch(/secrets\[|secrets: inherit|pull_request_target/);
  });
});
