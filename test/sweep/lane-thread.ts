// One lane of the sweep in a thread of its own: the stand-ins of two lanes share no processor.
import { parentPort, workerData } from "node:worker_threads";
import { type Blow, Lane, type LaneOptions } from "./lane.ts";
import type { LaneNews } from "./sweep.ts";

const post = (news: LaneNews): void => parentPort?.postMessage(news);

async function run({ blow, ...options }: LaneOptions & { blow: Blow }): Promise<void> {
  let stopped = false;
  parentPort?.once("message", () => {
    stopped = true;
  });
  const lane = await Lane.open(options);
  try {
    const counts = (await lane.cleanRun()).map((requests) => requests.length);
    const points = lane.points(counts);
    post({ kind: "counted", counts, points: points.length });
    for (const point of points) {
      if (stopped) return;
      post({ kind: "crashed", crashed: await lane.crash(point, blow) });
    }
  } finally {
    await lane.close();
    parentPort?.close();
  }
}

await run(workerData);
