// What a step can use: this tool's built bundle, and the two of GitHub's own actions that the
// shipped workflows name, as small functions.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { JobInHand } from "./job.ts";

export const ROOT = join(import.meta.dirname, "..", "..", "..");

/** An action's inputs. */
type With = Readonly<Record<string, string>>;

/** What a used action is: a process to start, or a function that throws when the step fails. */
export type Used =
  | { readonly kind: "process"; readonly args: readonly string[]; readonly inputs: With }
  | { readonly kind: "function"; run(): void };

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

/** Looks up what `uses:` names. Throws on a name that nothing here stands for. */
export function actionUsed(uses: string, given: With, job: JobInHand): Used {
  const [, name = "", ref = ""] = /^([\w.-]+\/[\w./-]+)@([0-9a-f]{40})$/.exec(uses) ?? [];
  if (ref === "") throw new Error(`uses: ${uses} is not pinned by a commit`);
  if (/^[\w.-]+\/cellarman$/.test(name)) return own(given);
  if (name === "actions/checkout") return { kind: "function", run: () => checkout(given, job) };
  if (name === "actions/upload-artifact")
    return { kind: "function", run: () => upload(given, job) };
  throw new Error(`nothing here stands for ${name}`);
}

/** This tool, as a release tag holds it: action.yml says inputs and main, dist/ is what runs. */
function own(given: With): Used {
  const { inputs, runs } = parse(readFileSync(join(ROOT, "action.yml"), "utf8")) as Action;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  // GitHub only warns: a shipped workflow must not need that.
  if (unknown.length > 0) throw new Error(`Unexpected input(s) '${unknown.join("', '")}'`);
  const defaults = Object.entries(inputs).map(([name, input]) => [name, input.default ?? ""]);
  const filled = Object.entries(given).filter(([, text]) => text !== "");
  return {
    kind: "process",
    args: [join(ROOT, runs.main)],
    // An input that is given and empty takes its default.
    inputs: Object.fromEntries([...defaults, ...filled]),
  };
}

function checkout(given: With, { run, workspace }: JobInHand): void {
  if (given["persist-credentials"] !== "false") throw new Error("the checkout keeps credentials");
  const sha = given["ref"] ? run.stage.repository.head(given["ref"]) : run.sha;
  run.stage.repository.checkout(workspace, sha, run.ref, given["fetch-depth"] === "0");
}

/**
 * An artifact's name is taken once for all attempts of a run.
 * Source: https://github.com/actions/upload-artifact/blob/main/README.md
 */
function upload(given: With, { run, record, workspace }: JobInHand): void {
  const { name = "artifact", path = "" } = given;
  if (run.artifacts.some((artifact) => artifact.name === name)) {
    throw new Error(`(409) Conflict: an artifact with this name already exists: ${name}`);
  }
  const file = join(workspace, path);
  if (!existsSync(file)) {
    if (given["if-no-files-found"] === "error") throw new Error(`no files were found: ${path}`);
    return;
  }
  run.artifacts.push({ name, attempt: record.attempt, text: readFileSync(file, "utf8") });
}
