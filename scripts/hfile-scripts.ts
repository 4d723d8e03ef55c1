// The text of src/archive/hfile/scripts.json: the WarpScript files beside it, with what they
// include, without comments. One file, so that the bundle carries them.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../src/archive/hfile");
const ENDING = ".mc2";
const INCLUDED_ENDING = ".inc.mc2";
const INCLUDE = /^\s*\/\/ include: (\S+)$/;

/** Lines of a file, includes in place of the lines that name them. */
function linesOf(name: string): string[] {
  return readFileSync(join(FOLDER, name), "utf8")
    .split("\n")
    .flatMap((line) => {
      const included = INCLUDE.exec(line)?.[1];
      return included === undefined ? [line] : linesOf(included);
    })
    .filter((line) => line.trim() !== "" && !line.trimStart().startsWith("//"));
}

/** Each script by its name, as JSON. */
export function hfileScriptsText(): string {
  const names = readdirSync(FOLDER).filter(
    (name) => name.endsWith(ENDING) && !name.endsWith(INCLUDED_ENDING),
  );
  const texts = names
    .toSorted()
    .map((name) => [name.slice(0, -ENDING.length), `${linesOf(name).join("\n")}\n`] as const);
  return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`;
}
