// One thread of main.ts: cases of one target after the other until it is told to stop. The number
// of the case under way stands in shared memory, so that a case that never ends is found.
import { parentPort, workerData } from "node:worker_threads";
import { runCase, TARGETS } from "./run.ts";

/** What a thread is told. */
export interface Orders {
  readonly target: string;
  readonly seed: number;
  readonly untilMs: number;
  readonly current: SharedArrayBuffer;
}

/** What a thread says at its end. */
export interface Tally {
  readonly cases: number;
  readonly accepted: number;
  readonly failures: readonly { seed: number; why: string; input: Uint8Array }[];
}

const FAILURES_MAX = 5;

const { target: name, seed: first, untilMs, current } = workerData as Orders;
const underWay = new Int32Array(current);
const target = TARGETS[name];
if (!target) throw new Error(`no target ${name}`);
const failures: { seed: number; why: string; input: Uint8Array }[] = [];
let [seed, accepted] = [first, 0];
while (Date.now() < untilMs && failures.length < FAILURES_MAX) {
  Atomics.store(underWay, 0, seed);
  const { verdict, why, input } = await runCase(target, seed);
  if (verdict === "accepted") accepted++;
  if (why !== undefined) failures.push({ seed, why, input });
  seed++;
}
const tally: Tally = { cases: seed - first, accepted, failures };
parentPort?.postMessage(tally);
