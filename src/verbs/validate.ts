// validate: every flow file and the policy, every problem with its place. Needs no network and no
// secret.
import { access, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { loadFlow } from "../flow/load.ts";
import { POLICY_FILE, readPolicy } from "../flow/policy.ts";
import { type Problem, renderProblems } from "../flow/problems.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { flowPaths, flowsFolder } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/**
 * Validates the files named, or all flow files of the folder and its policy. Exit 2 when any is not
 * valid.
 */
export async function run(inv: Invocation): Promise<VerbResult> {
  const named = inv.positionals;
  const paths = named.length > 0 ? named : await allPaths(flowsFolder(inv));
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  for (const path of paths) {
    const loaded = judged(await readNamed(path), path);
    if ("problems" in loaded) problems.push(...loaded.problems);
    else if ("flow" in loaded) {
      const twin = names.get(loaded.flow.name);
      if (twin !== undefined) problems.push(sameName(path, loaded.flow.name, twin));
      names.set(loaded.flow.name, path);
    }
  }
  const flows = paths.filter((path) => !isPolicy(path)).length;
  const policy = flows === paths.length ? "" : " and the policy";
  const count = `${flows} flow file${flows === 1 ? "" : "s"}${policy}`;
  return {
    exitCode: problems.length > 0 ? EXIT.usage : EXIT.done,
    text: problems.length > 0 ? renderProblems(problems) : `${count} valid.\n`,
    json: { files: paths, valid: problems.length === 0, problems },
  };
}

const isPolicy = (path: string): boolean => basename(path) === POLICY_FILE;

const judged = (bytes: Uint8Array, path: string) =>
  isPolicy(path) ? readPolicy(bytes, path) : loadFlow(bytes, path);

async function allPaths(folder: string): Promise<string[]> {
  const paths = await flowPaths(folder);
  const policy = join(folder, POLICY_FILE);
  const isThere = await access(policy).then(
    () => true,
    () => false,
  );
  return isThere ? [...paths, policy] : paths;
}

async function readNamed(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CellarmanError("usage", `the flow file ${path} cannot be read`, {
      hint: "Name files that are there, or none for all of the folder.",
      cause,
    });
  }
}

const sameName = (file: string, name: string, twin: string): Problem => ({
  file,
  line: 1,
  column: 1,
  path: "flow",
  value: name,
  expected: "a name that no other flow has",
  message: `flow is named ${name}, as ${twin} is: expected a name that no other flow has`,
});
