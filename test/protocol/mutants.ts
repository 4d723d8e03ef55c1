// Mutants by hand: each protection switched off, and how many histories it takes until a promise
// breaks.
//   node test/protocol/mutants.ts --histories N --seed S [--only REGEX] [--json]
import { parseArgs } from "node:util";
import { runHistory } from "./history.ts";
import type { Mutant } from "./mutant.ts";
import { COLD_MUTANTS } from "./mutants-cold.ts";
import { HOT_MUTANTS } from "./mutants-hot.ts";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});

/** What became of one mutant. */
interface Row {
  readonly mutant: string;
  readonly killedBy: string | null;
  /** Histories until then, or all. */
  readonly histories: number;
}

async function judge(name: string, mutant: Mutant): Promise<Row> {
  const [most, first] = [Number(values.histories), Number(values.seed)];
  for (let n = 1; n <= most; n++) {
    const { broken } = await runHistory({ seed: first + n - 1, mutant });
    if (broken) return { mutant: name, killedBy: broken.promise, histories: n };
  }
  return { mutant: name, killedBy: null, histories: most };
}

const table: Row[] = [];
for (const [name, mutant] of Object.entries({ ...HOT_MUTANTS, ...COLD_MUTANTS })) {
  if (!new RegExp(values.only).test(name)) continue;
  const row = await judge(name, mutant);
  table.push(row);
  const verdict = row.killedBy === null ? "SURVIVED" : `killed by ${row.killedBy} after`;
  process.stderr.write(`${name}: ${verdict} ${row.histories} histories\n`);
}
const survived = table.filter((row) => row.killedBy === null).length;
const killed = table.length - survived;
const document = { mutants: table.length, killed, survived, table };
const text = `${killed} of ${table.length} mutants killed\n`;
process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : text);
process.exitCode = survived > 0 ? 1 : 0;
