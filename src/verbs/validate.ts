// validate: every flow file, every problem with its place. Needs no network and no secret.
import { readFile } from "node:fs/promises";
import { loadFlow } from "../flow/load.ts";
import { type Problem, renderProblems } from "../flow/problems.ts";
import { CellarmanError, EXIT } from "../runtime/errors.ts";
import { flowPaths, flowsFolder } from "./open.ts";
import type { Invocation, VerbResult } from "./verb.ts";

/** Validates the files named, or all flow files of the folder. Exit 2 when any is not valid. */
export async function run(inv: Invocation): Promise<VerbResult> {
  const named = inv.positionals;
  const paths = named.length > 0 ? named : await flowPaths(flowsFolder(inv));
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  for (const path of paths) {
    const loaded = loadFlow(await readNamed(path), path);
    if ("problems" in loaded) problems.push(...loaded.problems);
    else {
      const twin = names.get(loaded.flow.name);
      if (twin !== undefined) problems.push(sameName(path, loaded.flow.name, twin));
      names.set(loaded.flow.name, path);
    }
  }
  const count = `${paths.length} flow file${paths.length === 1 ? "" : "s"}`;
  return {
    exitCode: problems.length > 0 ? EXIT.usage : EXIT.done,
    text: problems.length > 0 ? renderProblems(problems) : `${count} valid.\n`,
    json: { files: paths, valid: problems.length === 0, problems },
  };
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
