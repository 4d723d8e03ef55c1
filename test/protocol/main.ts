// The protocol's model from the command line: many seeded histories, judged after every effect.
//   node test/protocol/main.ts --histories N --seed S [--unfenced | --liveness] [--json]
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import type { Summary } from "./batch.ts";
import { addSummary, emptySummary, KINDS, type Kind } from "./batch.ts";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(Math.max(1, cpus().length)) },
    unfenced: { type: "boolean", default: false },
    liveness: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

function wholeNumber(name: "histories" | "seed" | "jobs"): number {
  const said = Number(values[name]);
  if (Number.isSafeInteger(said) && said > 0) return said;
  process.stderr.write(`--${name} ${values[name]}: a whole number above 0 is needed\n`);
  process.exit(2);
}

/** Seeds are dealt out in portions, so that every thread is busy to the end. */
const PORTION = 50;
/** How often a run says how far it is, ms. */
const PROGRESS_MS = 60_000;
/** A run ends after so many broken promises. */
const FAILURES_MAX = 5;

async function runAll(kind: Kind, seed: number, histories: number, jobs: number): Promise<Summary> {
  const total = emptySummary();
  let next = 0;
  const progress = setInterval(() => tellProgress(total, histories), PROGRESS_MS);
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("worker.ts", import.meta.url));
    while (next < histories && total.failures.length < FAILURES_MAX) {
      const count = Math.min(PORTION, histories - next);
      const from = seed + next;
      next += count;
      const part = await ask(worker, { kind, from, count });
      for (const story of part.failures) process.stderr.write(`${story}\n\n`);
      addSummary(total, part);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: jobs }, work));
  clearInterval(progress);
  return total;
}

function tellProgress({ histories, deleted, lost, failed }: Summary, wanted: number): void {
  const minutes = (Date.now() - beganMs) / 60_000;
  const left = histories === 0 ? "?" : Math.ceil((minutes * (wanted - histories)) / histories);
  process.stderr.write(
    `${histories} of ${wanted} histories, ${deleted} deleted something, ${lost} lost a point, ` +
      `${failed} broke a promise; about ${left} min left\n`,
  );
}

function ask(worker: Worker, order: object): Promise<Summary> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (summary: Summary) => {
      worker.off("error", reject);
      resolve(summary);
    });
    worker.postMessage(order);
  });
}

const kind: Kind = values.unfenced ? "unfenced" : values.liveness ? "liveness" : "safety";
const beganMs = Date.now();
const total = await runAll(
  kind,
  wholeNumber("seed"),
  wholeNumber("histories"),
  wholeNumber("jobs"),
);
const seconds = (Date.now() - beganMs) / 1000;
const { histories, deleted, lost, failed } = total;
const document = { kind, histories, deleted, lost, failed, seconds };
const perSecond = Math.round((histories / seconds) * 10) / 10;
const text =
  `${KINDS[kind]}: ${histories} histories, ${deleted} deleted something, ${lost} lost a point, ` +
  `${failed} broke a promise; ${Math.round(seconds)} s, ${perSecond} histories a second\n`;
process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : text);
process.exitCode = failed > 0 ? 1 : 0;
