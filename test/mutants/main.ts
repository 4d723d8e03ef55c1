// Mutants by hand: each protection switched off, and what misses it: the model, after so many
// histories, or the tests that are named beside it.
//   node test/mutants/main.ts [--only REGEX] [--histories N] [--seed S] [--jobs N] [--short]
//   [--judge tests|model] [--json]
import { parseArgs } from "node:util";
import { judge, type Row } from "./judge.ts";
import { MUTANTS } from "./mutants.ts";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    judge: { type: "string" },
    jobs: { type: "string", default: "2" },
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const judgeOf = (tests: readonly string[] | undefined) => (tests ? "tests" : "model");
const only = new RegExp(values.only);
const wanted = MUTANTS.filter(
  ({ name, tests, isSlow }) =>
    only.test(name) &&
    !(values.short && isSlow) &&
    (values.judge ?? judgeOf(tests)) === judgeOf(tests),
);
const options = { histories: Number(values.histories), seed: Number(values.seed) };

const table: Row[] = [];
const queue = wanted.values();
const work = async (): Promise<void> => {
  for (const mutant of queue) {
    const row = await judge(mutant, options);
    table.push(row);
    const after = row.histories === null ? "" : ` after ${row.histories} histories`;
    process.stderr.write(`${row.mutant}: ${row.killedBy ?? "SURVIVED"}${after}\n`);
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const order = new Map(wanted.map(({ name }, i) => [name, i]));
table.sort((a, b) => (order.get(a.mutant) ?? 0) - (order.get(b.mutant) ?? 0));
const survived = table.filter((row) => row.killedBy === null).length;
const killed = table.length - survived;
const document = { mutants: table.length, killed, survived, table };
const text = `${killed} of ${table.length} mutants killed\n`;
process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : text);
process.exitCode = survived > 0 || table.length === 0 ? 1 : 0;
