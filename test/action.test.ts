// The Action's shell, run as the runner runs it: inputs as variables, outputs in a file.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
let folder = "";

interface Step {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The outputs that a step's file holds, each between its delimiters. */
function outputsIn(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const entries = readFileSync(file, "utf8").matchAll(/^(\S+?)<<(\S+)\n([^]*?)\n\2$/gm);
  return Object.fromEntries([...entries].map(([, name = "", , text = ""]) => [name, text]));
}

/** What the runner says of a run; tests change parts of it. */
const ON_MAIN = {
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "acme/flows",
  GITHUB_RUN_ID: "1",
  GITHUB_REF: "refs/heads/main",
  GITHUB_EVENT_NAME: "workflow_dispatch",
};

function step(
  inputs: Readonly<Record<string, string>>,
  run: Readonly<Record<string, string>> = {},
): Promise<Step> {
  const event = join(folder, "event.json");
  writeFileSync(event, JSON.stringify({ repository: { default_branch: "main" } }));
  const output = join(folder, "output");
  const summary = join(folder, "summary");
  const asked = Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]);
  const child = spawn(process.execPath, [join(ROOT, "src/action.ts")], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_EVENT_PATH: event,
      ...ON_MAIN,
      ...run,
      ...Object.fromEntries(asked),
    },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
  return new Promise((resolve) =>
    child.once("close", (status) =>
      resolve({ status, stdout, stderr, outputs: outputsIn(output) }),
    ),
  );
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellarman-action-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the Action", () => {
  it("runs the verb and gives its document and exit code as outputs", async () => {
    const { status, stdout, outputs } = await step({
      command: "validate",
      flow: "flows/metrics.yaml",
      period: "",
      "dry-run": "false",
    });
    expect([status, outputs["exit-code"]]).toEqual([0, "0"]);
    expect(JSON.parse(outputs["result"] ?? "")).toMatchObject({ schema: "cellarman/validate/1" });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(outputs["result"] ?? ""));
  });

  it("fails with the verb's exit code and says why", async () => {
    const bad = join(folder, "bad.yaml");
    writeFileSync(bad, "version: 1\nflow: bad\nnonsense: true\n");
    const { status, stdout, outputs } = await step({ command: "validate", flow: bad });
    expect([status, outputs["exit-code"]]).toEqual([2, "2"]);
    expect(stdout).toContain(`::error file=${bad},line=3,col=1,title=cellarman deterministic::`);
    expect(readFileSync(join(folder, "summary"), "utf8")).toContain("nonsense");
  });

  it.each([
    ["a verb that does not exist", { command: "erase" }, /erase/],
    ["no verb", { command: "" }, /verb/],
    ["a dry-run that is neither", { command: "validate", "dry-run": "yes" }, /dry-run/],
    ["an option of no verb", { command: "validate", arguments: "--nope" }, /nope/],
  ])("refuses %s with exit code 2", async (_what, inputs, message) => {
    const { status, stderr, outputs } = await step(inputs);
    expect([status, outputs["exit-code"], outputs["result"]]).toEqual([2, "2", undefined]);
    expect(stderr).toMatch(message);
  });

  it.each([
    ["a branch", { GITHUB_REF: "refs/heads/topic" }],
    ["a tag of the same name", { GITHUB_REF: "refs/tags/main" }],
    ["a pull request", { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/7/merge" }],
    ["a change with the base's ref", { GITHUB_EVENT_NAME: "pull_request_target" }],
    ["no run at all", { GITHUB_ACTIONS: "" }],
    ["an event that names no branch", { GITHUB_EVENT_PATH: "/dev/null" }],
  ])("writes nothing on %s, whatever its inputs", async (_what, run) => {
    const { stderr } = await step({ command: "hold", "dry-run": "false" }, run);
    expect(stderr).toContain("::notice title=cellarman::not the default branch: a dry run");
  });

  it.each([
    ["a schedule", { GITHUB_EVENT_NAME: "schedule" }],
    ["a dispatch", {}],
  ])("writes on the default branch by %s", async (_what, run) => {
    const { stderr } = await step({ command: "hold", "dry-run": "false" }, run);
    expect(stderr).not.toContain("a dry run");
  });

  it("takes what a person wrote as one argument, whatever it looks like", async () => {
    const { status, stderr } = await step({
      command: "hold",
      flow: "metrics",
      reason: "--dry-run; $(id) `id`",
    });
    expect([status, stderr]).toEqual([12, expect.stringContaining("CELLAR_ADDON_KEY_ID")]);
  });
});
