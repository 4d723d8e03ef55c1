// Histories on one mutant until a promise breaks: started by main.ts, with hook.ts where the mutant
// is one of the program's text. One JSON document on stdout.
import { parseArgs } from "node:util";
import { runHistory } from "../protocol/history.ts";
import { SOUND } from "../protocol/mutant.ts";
import { COLD_MUTANTS } from "./ports-cold.ts";
import { HOT_MUTANTS } from "./ports-hot.ts";

const { values } = parseArgs({
  options: {
    mutant: { type: "string", default: "" },
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});

const mutant = { ...HOT_MUTANTS, ...COLD_MUTANTS }[values.mutant] ?? SOUND;
const [most, first] = [Number(values.histories), Number(values.seed)];
let [histories, seed] = [0, first];
let killedBy: string | null = null;
for (; histories < most && killedBy === null; histories++) {
  seed = first + histories;
  const { broken } = await runHistory({ seed, mutant });
  if (broken) killedBy = `${broken.promise}: ${broken.what}`;
}
process.stdout.write(`${JSON.stringify({ killedBy, histories, seed })}\n`);
