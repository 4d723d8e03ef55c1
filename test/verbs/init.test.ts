// init in an empty folder, again, and where something differs; and the list of what to create.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Todo } from "../../src/init/todo.ts";
import { loadFlow } from "../../src/flow/load.ts";
import { readPolicy } from "../../src/flow/policy.ts";
import { policyBreaches } from "../../src/flow/policy-rules.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { initWith } from "../../src/verbs/init.ts";
import type { Options, VerbResult } from "../../src/verbs/verb.ts";
import { GOOD } from "../flow/flows.ts";

const EXAMPLE = readFileSync(join(import.meta.dirname, "../../flows/metrics.yaml"), "utf8");
const NAMES = ["offload", "review", "control", "rerun", "watchdog"];
const SHIPPED = {
  flow: EXAMPLE,
  workflows: Object.fromEntries(
    NAMES.map((name) => [
      `${name}.yml`,
      `name: ${name}\njobs:\n  a:\n    uses: x/cellarman@main\n`,
    ]),
  ),
};
const ALERTS = "alerts: { slack: {}, issue: { labels: [offload] } }";
const SHA = "0123456789012345678901234567890123456789";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cellarman-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const init = (options: Options = {}): Promise<VerbResult> =>
  initWith(
    {
      verb: "init",
      positionals: [folder],
      options: { owner: "acme", ref: SHA, ...options },
      io: { stdout() {}, stderr() {}, env: { get: () => undefined }, clock: systemClock },
      log: { info() {}, warn() {}, debug() {}, error() {} },
      process: "0".repeat(32),
    },
    SHIPPED,
  );

const written = ({ json }: VerbResult): string[] =>
  (json["files"] as { path: string; outcome: string }[]).map((f) => `${f.path}: ${f.outcome}`);
const todo = ({ json }: VerbResult): Todo => json["todo"] as Todo;
const read = (path: string): string => readFileSync(join(folder, path), "utf8");

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("in an empty folder", () => {
  it("writes two workflows, a valid example and owners", async () => {
    expect(written(await init())).toEqual([
      "flows/metrics.yaml: written",
      ".github/workflows/offload.yml: written",
      ".github/workflows/review.yml: written",
      ".github/CODEOWNERS: written",
    ]);
    expect(read(".github/workflows/offload.yml")).toContain(`uses: acme/cellarman@${SHA} # v`);
    expect("flow" in loadFlow(Buffer.from(read("flows/metrics.yaml")), "f")).toBe(true);
    expect(read("flows/metrics.yaml")).toContain("/acme/cellarman/v");
    expect(read(".github/CODEOWNERS")).toMatch(/^# \/flows\/ @your-organisation/m);
  });

  it("with the others, owners and a policy that the flows keep", async () => {
    const options = {
      with: "watchdog, control,rerun",
      policy: true,
      codeowners: "@acme/oncall @ann",
    };
    await init(options);
    expect(readdirSync(join(folder, ".github/workflows"))).toHaveLength(5);
    expect(read(".github/CODEOWNERS")).toMatch(/^\/flows\/policy\.yaml @acme\/oncall @ann$/m);
    const policy = readPolicy(Buffer.from(read("flows/policy.yaml")), "policy.yaml");
    const flow = loadFlow(Buffer.from(read("flows/metrics.yaml")), "f");
    if (!("policy" in policy) || !("flow" in flow)) throw new Error("not valid");
    expect(policyBreaches(policy.policy, flow.flow)).toEqual([]);
    expect(policy.policy.endpoints).toHaveLength(2);
  });

  it("writes nothing in a dry run", async () => {
    await init({ "dry-run": true });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("where something is", () => {
  it("says the same of the same, and writes nothing", async () => {
    await init({ policy: true });
    expect(new Set(written(await init({ policy: true })).map((l) => l.split(": ")[1]))).toEqual(
      new Set(["the same"]),
    );
  });

  it("keeps a file that differs, and prints the difference", async () => {
    put(".github/workflows/offload.yml", "name: mine\n");
    const said = await init();
    expect(read(".github/workflows/offload.yml")).toBe("name: mine\n");
    expect(written(said)).toContain(".github/workflows/offload.yml: kept: it differs");
    expect(said.text).toContain("-name: mine\n+name: offload\n");
  });

  it("adds no example beside flows, and maps what those name", async () => {
    put("flows/own.yaml", GOOD.replace("  select:", "  read-token: { env: OWN_TOKEN }\n  select:"));
    const said = await init();
    expect(written(said)).not.toContain("flows/metrics.yaml: written");
    expect(said.text).toContain("OWN_TOKEN: Warp 10 read token");
  });

  it("refuses flows that are not valid: their variables are not known", async () => {
    put("flows/own.yaml", "flow: own\n");
    await expect(init()).rejects.toMatchObject({ code: "flow-invalid" });
    expect(readdirSync(folder)).toEqual(["flows"]);
  });
});

describe("the list of what to create", () => {
  it("names every environment with its secrets; the delete token in one alone", async () => {
    put(
      "flows/own.yaml",
      [`${GOOD}  approve-by: environment`, "run: { environment: c2 }", ALERTS, ""].join("\n"),
    );
    const said = todo(await init({ with: "watchdog" }));
    expect(said.environments.map((e) => e.name)).toEqual([
      "cellarman-plan",
      "c2-archive",
      "c2-verify",
      "c2-approve",
      "c2-purge",
      "cellarman-watchdog",
    ]);
    const holders = (name: string): string[] =>
      said.environments.filter((e) => e.secrets.some((s) => s.name === name)).map((e) => e.name);
    expect(holders("WARP10_DELETE_TOKEN")).toEqual(["c2-purge"]);
    expect(holders("WARP10_PROBE_TOKEN")).toEqual(["c2-purge"]);
    expect(holders("SLACK_WEBHOOK_URL")).toEqual(["cellarman-plan", "cellarman-watchdog"]);
    expect(holders("CELLARMAN_HEARTBEAT_URL")).toEqual(["cellarman-watchdog"]);
    expect(holders("WARP10_READ_TOKEN")).not.toContain("cellarman-watchdog");
    expect(holders("CELLAR_ADDON_KEY_SECRET")).toHaveLength(6);
    expect(said.labels).toEqual(["cellarman", "offload"]);
    expect(said.secrets.map((s) => s.name)).toEqual(["WARP10_READ_TOKEN"]);
  });

  it("without purge has no place for a delete token", async () => {
    const said = await init({ "without-purge": true });
    expect(todo(said).environments.map((e) => e.name)).toEqual([
      "cellarman-plan",
      "cellarman-archive",
      "cellarman-verify",
    ]);
    expect(said.text).not.toContain("WARP10_DELETE_TOKEN");
    expect(said.text).toContain("The purge runs elsewhere");
  });

  it("asks for approvers where approvals come by pull request", async () => {
    put("flows/own.yaml", `${GOOD}  approve-by: pull-request\n`);
    expect((await init()).text).toContain("flows/policy.yaml with approvers");
  });
});

describe("a command line that is wrong", () => {
  it.each([
    ["no owner", { owner: undefined }, "--owner NAME"],
    ["a tag as the ref", { ref: "v1" }, "--ref SHA"],
    ["an unknown workflow", { with: "deploy" }, "control, rerun, watchdog"],
    ["owners that are none", { codeowners: "acme" }, "@organisation/team"],
  ])("%s", async (_, options, hint) => {
    await expect(init(options)).rejects.toMatchObject({
      code: "usage",
      hint: expect.stringContaining(hint),
    });
  });
});
