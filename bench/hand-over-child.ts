// One hand-over in a process of its own: the file into the bucket, and back; what it took on
// stdout.
import { openHandOver } from "../src/archive/hfile/hand-over.ts";
import { putFile } from "../src/archive/hfile/put-files.ts";
import { hashObject } from "../src/cellar/read-large.ts";
import { openCellar } from "../src/cellar/s3.ts";
import type { HandOver } from "../src/flow/flow.ts";
import { isMain } from "../scripts/main-module.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { randomId } from "../src/runtime/random.ts";
import { retrying } from "../src/runtime/retry.ts";
import type { Store } from "./stage.ts";

/** What is handed over. */
export interface HandOverTask extends Store {
  readonly file: string;
  readonly generation: string;
  readonly rule: HandOver;
}

/** What it took. */
export interface HandedOver {
  readonly handOverS: number;
  readonly readBackS: number;
  readonly peakMb: number;
}

async function handOver(task: HandOverTask): Promise<HandedOver> {
  const cold = openCellar({ ...task, endpoint: task.url, clock: systemClock });
  const { large } = cold;
  const place = openHandOver(task.rule, { large, clock: systemClock });
  const policy = { type: "constant", intervalMs: 1000, maxIntervalMs: 1000 } as const;
  const retry = retrying(
    { ...policy, maxAttempts: 10, maxDurationMs: 1e6 },
    systemClock,
    () => 0.5,
  );
  try {
    const found = await place.find(task.file);
    if (!found) throw new Error(`no ${task.file}`);
    const at = { flow: "bench", period: "2025-11", batch: "b-0" };
    const ports = { cold, large, retry, process: randomId() };
    const beganMs = systemClock.now();
    const record = await putFile(ports, { at, generation: task.generation }, found, 0);
    const putMs = systemClock.now();
    const back = await hashObject(large, record.key ?? "");
    if (back?.sha256 !== record.sha256) throw new Error("other bytes came back");
    return {
      handOverS: (putMs - beganMs) / 1000,
      readBackS: (systemClock.now() - putMs) / 1000,
      peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    };
  } finally {
    await Promise.all([place.close(), cold.close()]);
  }
}

if (isMain(import.meta.url)) {
  const task = JSON.parse(process.argv[2] ?? "{}") as HandOverTask;
  process.stdout.write(JSON.stringify(await handOver(task)));
}
