// What to run: a file of this repository, or the command of an installed package.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The script's path for `target`; throws when there is no such file or package. */
export function scriptOf(root, target) {
  const file = join(root, target);
  if (/\.(ts|js|mjs)$/.test(target)) {
    if (existsSync(file)) return file;
    throw new Error(`there is no ${target} in ${root}`);
  }
  const folder = join(root, "node_modules", target);
  if (!existsSync(folder)) throw new Error(`no package ${target} is installed in ${root}`);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const script = typeof bin === "string" ? bin : bin?.[target];
  if (script === undefined) throw new Error(`the package ${target} has no command of its name`);
  return join(folder, script);
}
