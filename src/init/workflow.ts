// A shipped workflow file as a repository gets it: the action by its commit, exactly the variables
// that the flows name, and no purge where there shall be none. Pure; works on the text, so that the
// comments stay.
import { DEFAULT_VARIABLES, type VariableNames } from "./variables.ts";

/** How shipped workflows are fitted to a repository. */
export interface Fitting {
  /** `OWNER/cellarman@<sha> # vX.Y.Z`. */
  readonly action: string;
  readonly variables: VariableNames;
  /** Leaves out the jobs that approve and purge. */
  readonly withoutPurge: boolean;
  /** rerun.yml is there too: nobody is told before its last try. */
  readonly withRerun: boolean;
}

/** The file's text for one repository. */
export function fitWorkflow(text: string, fitting: Fitting): string {
  const kept = fitting.withoutPurge ? purgedElsewhere(withoutJobs(text)) : text;
  const told = fitting.withRerun ? toldAfterReruns(kept) : kept;
  return told
    .split("\n")
    .flatMap((line) => fitLine(line, fitting))
    .join("\n");
}

/** report waits for as many re-runs as rerun.yml makes; the line that says so is done with. */
const toldAfterReruns = (text: string): string =>
  text
    .replace(/^ *# With rerun\.yml beside this file .*\n/m, "")
    .replace(/^( *)--alert$/m, "$&\n$1--max-reruns=2");

/** The tool's own action, by whatever owner and ref, or by its own checkout. */
const ACTION = /^(\s*(?:- )?uses: )(?:[\w.-]+\/cellarman@\S+|\.\/|\$\/)(?:\s+#.*)?$/;
const SECRET = /^(\s*)([A-Z][A-Z0-9_]*): \$\{\{ secrets\.([A-Z][A-Z0-9_]*) \}\}$/;

function fitLine(line: string, { action, variables }: Fitting): string[] {
  const uses = ACTION.exec(line);
  if (uses) return [`${uses[1] ?? ""}${action}`];
  const [, indent = "", name, secret] = SECRET.exec(line) ?? [];
  const known = DEFAULT_VARIABLES.find((one) => one === name && one === secret);
  if (known === undefined) return [line];
  return variables[known].map((named) => `${indent}${named}: \${{ secrets.${named} }}`);
}

/** Jobs that are left out without purge: they alone get a delete token, or arm one. */
const PURGING = /^(?:approve|purge)/;

/** The text without the jobs that approve and purge, the comments above them and their `needs`. */
function withoutJobs(text: string): string {
  const lines = text.split("\n");
  const jobs = lines.indexOf("jobs:");
  if (jobs === -1) return text;
  const kept = lines.slice(0, jobs + 1);
  for (const block of blocksOf(lines.slice(jobs + 1))) {
    if (!PURGING.test(keyOf(block) ?? "")) kept.push(...block);
  }
  return kept.map(withoutNeeds).map(withoutResults).join("\n");
}

/**
 * What is left says that somebody else purges: plan makes no legs for it and says what waits, and
 * what waits too long is trouble.
 */
const purgedElsewhere = (text: string): string =>
  text
    .replace(/^( *)legs: "true"$/m, "$&\n$1arguments: --purge-elsewhere")
    .replace(/^( *)--alert$/m, "$&\n$1--purge-elsewhere")
    .replace(/^( *)command: watchdog$/m, "$&\n$1arguments: --purge-elsewhere");

const JOB = /^ {2}([A-Za-z_][\w-]*):\s*$/;

const keyOf = (block: readonly string[]): string | undefined =>
  block.map((line) => JOB.exec(line)?.[1]).find((key) => key !== undefined);

/** A job each, with the comments and blank lines above it. */
function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [];
  let above: string[] = [];
  for (const line of lines) {
    if (JOB.test(line)) {
      blocks.push([...above, line]);
      above = [];
    } else if (/^(?: {2}#.*|\s*)$/.test(line)) above.push(line);
    else {
      blocks.at(-1)?.push(...above, line);
      above = [];
    }
  }
  blocks.at(-1)?.push(...above);
  return blocks;
}

/** `needs: [plan, archive, purge]` without the jobs that are left out. */
function withoutNeeds(line: string): string {
  const [, start, list] = /^(\s*needs: )\[(.*)\]\s*$/.exec(line) ?? [];
  if (start === undefined || list === undefined) return line;
  const names = list.split(",").map((name) => name.trim());
  return `${start}[${names.filter((name) => !PURGING.test(name)).join(", ")}]`;
}

/** `purge=${{ needs.purge.result }}` in a list of results, with its comma. */
const withoutResults = (line: string): string =>
  line.replaceAll(/,?[\w-]+=\$\{\{ needs\.(?:approve|purge)[\w.-]* \}\}/g, "");
