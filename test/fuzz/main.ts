// Fuzzing of everything that reads: the targets share the time. A failing input is kept in
// reports/fuzz/, and its seed makes it again.
//   node test/fuzz/main.ts --seconds N [--target T] [--seed S] [--json]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { inputOf, TARGETS } from "./run.ts";
import type { Orders, Tally } from "./worker.ts";

const FOUND = join(import.meta.dirname, "../../reports/fuzz");
/** A case that takes longer than this never ends, however busy the machine is. */
const HANG_MS = 60_000;
/** No case is under way yet. */
const NONE = -1;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    target: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const names = Object.keys(TARGETS).filter((name) => (values.target ?? name) === name);
if (names.length === 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
  const all = Object.keys(TARGETS).join(", ");
  process.stderr.write(`--seconds above 0, a whole --seed, --target one of ${all}\n`);
  process.exit(2);
}

/** Runs one target for its time; a case that does not end is a failure. */
async function fuzz(target: string, untilMs: number): Promise<Tally> {
  const current = new SharedArrayBuffer(4);
  Atomics.store(new Int32Array(current), 0, NONE);
  const orders: Orders = { target, seed, untilMs, current };
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: orders });
  const { promise, resolve, reject } = Promise.withResolvers<Tally>();
  worker.once("message", resolve);
  worker.once("error", reject);
  let [last, sinceMs] = [NONE, Date.now()];
  const watch = setInterval(() => {
    const now = Atomics.load(new Int32Array(current), 0);
    if (now !== last || now === NONE) [last, sinceMs] = [now, Date.now()];
    else if (Date.now() - sinceMs > HANG_MS) resolve(hung(now));
  }, 500);
  try {
    return await promise;
  } finally {
    clearInterval(watch);
    await worker.terminate();
  }
}

const hung = (at: number): Tally => ({
  cases: at - seed,
  accepted: 0,
  failures: [{ seed: at, why: "it never ends", input: Buffer.alloc(0) }],
});

async function keep(name: string, failure: Tally["failures"][number]): Promise<string> {
  mkdirSync(FOUND, { recursive: true });
  const file = join(FOUND, `${name}-${failure.seed}`);
  const target = TARGETS[name];
  const input =
    failure.input.length > 0 || !target ? failure.input : await inputOf(target, failure.seed);
  writeFileSync(file, input);
  return file;
}

const beganMs = Date.now();
const targets: Record<string, object> = {};
let failed = 0;
let cases = 0;
for (const [i, name] of names.entries()) {
  const untilMs = beganMs + (1_000 * seconds * (i + 1)) / names.length;
  const tally = await fuzz(name, untilMs);
  const { accepted, failures } = tally;
  cases += tally.cases;
  failed += failures.length;
  targets[name] = { cases: tally.cases, accepted, failed: failures.length };
  process.stderr.write(
    `${name}: ${tally.cases} inputs, ${accepted} accepted, ${failures.length} failed\n`,
  );
  for (const failure of failures) {
    const file = await keep(name, failure);
    process.stderr.write(`seed ${failure.seed}, ${file}:\n${failure.why}\n`);
  }
}
const document = { cases, failed, seconds: (Date.now() - beganMs) / 1000, targets };
const summary = `${cases} inputs, ${failed} failed\n`;
process.stdout.write(values.json ? `${JSON.stringify(document)}\n` : summary);
process.exitCode = failed > 0 ? 1 : 0;
