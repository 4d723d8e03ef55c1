// A shorter story of the same kind: leaves out what happened, thing by thing, while it still fails.
import type { Told } from "./history.ts";

/** Runs that one shrinking may take. */
const RUNS_MAX = 400;

/**
 * Shrinks a history that broke a promise; the result breaks the same one. `run` runs it once more
 * with some of the rare things alone.
 */
export async function shrink(
  failing: Told,
  run: (allowed: ReadonlySet<string>) => Promise<Told>,
): Promise<Told> {
  let best = failing;
  let runs = 0;
  const tryWith = async (allowed: ReadonlySet<string>): Promise<boolean> => {
    runs++;
    const told = await run(allowed);
    if (told.broken?.promise !== failing.broken?.promise) return false;
    best = told;
    return true;
  };
  let size = Math.ceil(best.fired.length / 2);
  while (size >= 1 && runs < RUNS_MAX) {
    let isShorter = false;
    for (let from = 0; from < best.fired.length && runs < RUNS_MAX;) {
      const rest = best.fired.toSpliced(from, size);
      if (await tryWith(new Set(rest))) isShorter = true;
      else from += size;
    }
    if (!isShorter || size > 1) size = Math.floor(size / 2);
  }
  return best;
}

/** What a person reads of a story at the most: its beginning, and its end. */
const LINES_BEFORE = 30;
const LINES_AFTER = 30;

const ID = /\b([0-9a-f]{6})[0-9a-f]{26}\b/g;

/** A story as people read it: ids cut short, steps that said nothing left out. */
export function storyText({ seed, broken, story, fired }: Told): string {
  const head = broken ? `${broken.promise}: ${broken.what}` : "nothing broke";
  const lines = story
    .filter((line) => !/ (runs \w+|\w+: |\w+: killed)$/.test(line))
    .map((line) => line.replaceAll(ID, "$1").replaceAll(/model\/(period=)?2025-11-03\//g, ""));
  const cut = lines.length - LINES_BEFORE - LINES_AFTER;
  if (cut > 1) lines.splice(LINES_BEFORE, cut, `… ${cut} lines …`);
  return [`seed ${seed}: ${head} (${fired.length} rare things)`, ...lines].join("\n");
}
