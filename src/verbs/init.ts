// init: the files that a repository of flows begins with, and the list of what a person has to
// create on GitHub. Nothing that is there is overwritten.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Flow } from "../flow/flow.ts";
import { loadFlow } from "../flow/load.ts";
import { renderProblems } from "../flow/problems.ts";
import { commitOfTag, diffWithFile } from "../forge/git-remote.ts";
import { initFiles, type Shipped, type Wanted } from "../init/files.ts";
import shipped from "../init/shipped.json" with { type: "json" };
import { todoOf, todoText } from "../init/todo.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { VERSION } from "../runtime/version.ts";
import { flowPaths } from "./open.ts";
import { flagOption, type Invocation, textOption, type VerbResult } from "./verb.ts";

/** Workflows that are always written, and those that `--with` adds. */
const ALWAYS = ["offload", "review"];
const OPTIONAL = ["control", "rerun", "watchdog"];

/** What became of one file. */
interface Written {
  readonly path: string;
  readonly outcome: "written" | "the same" | "kept: it differs";
  /** Only of a file that differs: what would be written instead, as a diff. */
  readonly diff?: string;
}

/** Writes what is missing; prints what differs, and what is to be created. */
export const run = (inv: Invocation): Promise<VerbResult> => initWith(inv, shipped);

/** The same with other files to ship. */
export async function initWith(inv: Invocation, ships: Shipped): Promise<VerbResult> {
  const folder = inv.positionals[0] ?? ".";
  const wanted = await wantedOf(inv, ships);
  const { files, flows } = initFiles(ships, wanted, await flowsIn(folder));
  const written: Written[] = [];
  for (const [path, text] of files) {
    written.push(await put(join(folder, path), path, text, flagOption(inv.options, "dry-run")));
  }
  const todo = todoOf(flows, {
    workflows: wanted.workflows,
    withoutPurge: wanted.withoutPurge,
    hasPolicy: wanted.withPolicy,
  });
  const lines = written.map(({ path, outcome, diff }) => `${path}: ${outcome}\n${diff ?? ""}`);
  return {
    exitCode: EXIT.done,
    text: `${lines.join("")}\n${todoText(todo)}`,
    json: { files: written, todo },
  };
}

async function wantedOf(inv: Invocation, { workflows }: Shipped): Promise<Wanted> {
  const { options } = inv;
  const owner = textOption(options, "owner");
  if (owner === undefined || !/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/.test(owner)) {
    throw new CellarmanError("usage", "init needs the account that the action is taken from", {
      hint: "Say --owner NAME: workflows will use NAME/cellarman.",
    });
  }
  const names = [...ALWAYS, ...extrasOf(textOption(options, "with"))].map((name) => `${name}.yml`);
  const missing = names.find((name) => workflows[name] === undefined);
  if (missing !== undefined) {
    throw new CellarmanError("internal", `this build of the tool ships no ${missing}`);
  }
  const server = inv.io.env.get("GITHUB_SERVER_URL") ?? "https://github.com";
  const owners = (textOption(options, "codeowners") ?? "").split(/[\s,]+/).filter(Boolean);
  const wrong = owners.find((name) => !/^@[A-Za-z0-9][\w.-]*(?:\/[\w.-]+)?$/.test(name));
  if (wrong !== undefined) {
    throw new CellarmanError("usage", `${wrong} is no account or team`, {
      hint: "Write --codeowners @organisation/team, or @account.",
    });
  }
  return {
    workflows: names,
    owner,
    ref: await refOf(inv, `${server}/${owner}/cellarman`),
    version: VERSION,
    withoutPurge: flagOption(options, "without-purge"),
    withPolicy: flagOption(options, "policy"),
    codeOwners: owners,
    rawUrl: server === "https://github.com" ? "https://raw.githubusercontent.com" : `${server}/raw`,
  };
}

function extrasOf(said: string | undefined): string[] {
  const names = (said ?? "").split(",").map((name) => name.trim());
  const extras = names.filter((name) => name !== "");
  const unknown = extras.find((name) => !OPTIONAL.includes(name));
  if (unknown === undefined) return OPTIONAL.filter((name) => extras.includes(name));
  throw new CellarmanError("usage", `there is no workflow ${unknown} to add`, {
    hint: `--with takes ${OPTIONAL.join(", ")}, separated by commas.`,
  });
}

/** The commit of this version: a tag can be moved, a commit cannot. */
async function refOf(inv: Invocation, url: string): Promise<string> {
  const said = textOption(inv.options, "ref");
  const commit = said ?? (await commitOfTag(url, `v${VERSION}`));
  if (commit !== undefined && /^[0-9a-f]{40}$/.test(commit)) return commit;
  const what = said === undefined ? `the commit of v${VERSION} at ${url} cannot be told` : "";
  throw new CellarmanError("usage", what || `--ref ${said} is no commit: 40 hex digits`, {
    hint: `Say --ref SHA: the commit of v${VERSION}, as its release page shows it.`,
  });
}

/** The flows that are there; none where there is no folder. Throws "flow-invalid". */
async function flowsIn(folder: string): Promise<Flow[]> {
  const paths = await flowPaths(join(folder, "flows")).catch(() => []);
  const flows: Flow[] = [];
  for (const path of paths) {
    const loaded = loadFlow(await readFile(path), path);
    if ("flow" in loaded) flows.push(loaded.flow);
    else {
      const told = renderProblems(loaded.problems).trimEnd();
      throw new CellarmanError("flow-invalid", `flow files are not valid:\n${told}`, {
        hint: "Workflows map the variables that flows name: correct the lines above first.",
      });
    }
  }
  return flows;
}

async function put(file: string, path: string, text: string, isDry: boolean): Promise<Written> {
  const there = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (there === text) return { path, outcome: "the same" };
  if (there !== undefined) {
    return { path, outcome: "kept: it differs", diff: await diffWithFile(file, text) };
  }
  if (!isDry) {
    await mkdir(dirname(file), { recursive: true });
    // Not over a file that came meanwhile.
    await writeFile(file, text, { flag: "wx" });
  }
  return { path, outcome: "written" };
}
