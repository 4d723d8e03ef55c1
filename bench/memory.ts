// Peak memory of archive by the size of a batch: the same points, cut into batches of 1, 4 and 16
// times as many series.
import { type Bench, median, rounded, type Row } from "./figures.ts";
import { MONTH_POINTS, PERIOD, type SetSpec, sizeOf } from "./sets.ts";
import { FlowFolder, type Server, startHot, startStore, type Store } from "./stage.ts";

const PARALLEL = 4;
/** A batch of the size 1 has a host's series. */
const SERIES = 10;
const FACTORS = [1, 4, 16] as const;
/** As many of the largest batches as are in flight at once. */
const HOSTS = 16 * PARALLEL;

/** Measures each size, of the set that takes most. */
export const benchMemory: Bench = async ({ small, tell }) => {
  const points = Math.round(MONTH_POINTS / (small ? 100 : 4));
  const set: SetSpec = { kind: "telegraf", hosts: HOSTS, points };
  tell(`memory: loading ${sizeOf(set).points} points`);
  // Kept text would take more memory than this needs: it is made anew for each read.
  const hot = await startHot(set, 1, 0);
  const cold = await startStore();
  const folder = await FlowFolder.make();
  const rows: Row[] = [];
  try {
    for (const factor of FACTORS) {
      const peaks: number[] = [];
      for (let round = 0; round < (small ? 1 : 2); round++) {
        tell(`  ${factor} ×, round ${round + 1}`);
        peaks.push(await peakMb(folder, hot, cold.store, factor, round));
      }
      rows.push({
        batch: `${factor} ×`,
        "points of a batch": SERIES * factor * points,
        batches: HOSTS / factor,
        "peak MB": rounded(median(peaks)),
      });
      await cold.ask({ ask: "forget", prefix: "" });
    }
  } finally {
    hot.close();
    cold.close();
    await folder.remove();
  }
  const notes = [`telegraf-like, ${PARALLEL} batches in flight, whole process`];
  return [{ title: "peak memory of archive by the size of a batch", rows, notes }];
};

async function peakMb(
  folder: FlowFolder,
  hot: Server,
  store: Store,
  factor: number,
  round: number,
): Promise<number> {
  const prefix = `memory-${factor}-${round}`;
  const maxSeries = SERIES * factor;
  await folder.write({ hot: hot.url, store, prefix, maxSeries, parallel: PARALLEL });
  await folder.plan();
  return (await folder.run("archive", "--period", PERIOD)).peakMb;
}
