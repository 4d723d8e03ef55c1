// Shows a verb's end in the run: commands to the step's stdout, the rest to the job's summary.
import { appendFileSync } from "node:fs";
import type { Environment } from "../../runtime/environment.ts";
import { type Ended, renderForActions } from "./render.ts";

/** Most of a step's stderr that is looked into for an error's document, characters: its end. */
export const STDERR_KEPT = 100_000;

/** Shows it. A summary that cannot be written is said, and changes nothing. */
export function showInActions(env: Environment, ended: Ended, write: (text: string) => void): void {
  const { commands, summary } = renderForActions(ended);
  write(commands);
  const file = env.get("GITHUB_STEP_SUMMARY");
  if (file === undefined || summary === "") return;
  try {
    appendFileSync(file, `${summary}\n`);
  } catch {
    write("::warning title=cellarman::the job's summary could not be written\n");
  }
}
