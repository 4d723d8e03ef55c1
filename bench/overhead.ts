// What a batch costs beside its points: thousands of batches of one small series each, planned,
// archived and verified, every step a process of its own; beside as many bare requests by curl.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Ran, runShell } from "./child.ts";
import { type Bench, type BenchOptions, type Figures, rounded, type Row } from "./figures.ts";
import { PERIOD } from "./sets.ts";
import { FlowFolder, type Server, startHot, startStore } from "./stage.ts";

/** Points of one batch's series: one an hour over a month. */
const POINTS = 720;
const PARALLEL = 16;
/** A plan has at most 4,000 groups: more batches than that are cut by time as well. */
const SLICES = 5;

/** A plan has two groups more than there are values: "any other value" and "label absent". */
const EMPTY_GROUPS = 2;

/** (series + EMPTY_GROUPS) × slices batches. */
interface Case {
  readonly series: number;
  readonly slices: number;
}

const FULL: readonly Case[] = [
  { series: 998, slices: 1 },
  { series: 1_998, slices: SLICES },
];
const SMALL: readonly Case[] = [{ series: 98, slices: 1 }];

/** Measures each number of batches on servers of its own. */
export const benchOverhead: Bench = async (options) => {
  const tables: Figures[] = [];
  for (const one of options.small ? SMALL : FULL) tables.push(await measure(one, options));
  return tables;
};

async function measure({ series, slices }: Case, { tell }: BenchOptions): Promise<Figures> {
  const batches = (series + EMPTY_GROUPS) * slices;
  tell(`overhead: ${batches} batches`);
  const hot = await startHot({ kind: "tiny", hosts: series, points: POINTS });
  const cold = await startStore();
  const folder = await FlowFolder.make();
  try {
    const slice = slices === 1 ? {} : { slice: "P7D" };
    const choice = { hot: hot.url, store: cold.store, prefix: "tiny", maxSeries: 1, ...slice };
    await folder.write({ ...choice, parallel: PARALLEL });
    const rows: Row[] = [];
    const steps: Ran[] = [];
    for (const verb of ["plan", "archive", "verify"]) {
      const before = await counted(hot, cold);
      const ran = await folder.run(verb, "--period", PERIOD);
      const after = await counted(hot, cold);
      steps.push(ran);
      rows.push({
        step: verb,
        ...times(ran, batches),
        "peak MB": rounded(ran.peakMb),
        "Warp 10 requests a batch": rounded((after.hot - before.hot) / batches),
        "store requests a batch": rounded((after.cold - before.cold) / batches),
      });
      tell(`  ${verb}: ${ran.wallS.toFixed(1)} s`);
    }
    const all = steps.reduce((a, b) => ({ ...a, wallS: a.wallS + b.wallS, cpuS: a.cpuS + b.cpuS }));
    rows.push({ step: "all three", ...times(all, batches) });
    const curl = await bareRequests(folder, hot, batches);
    rows.push({ step: `xargs -P${PARALLEL} curl`, ...times(curl, batches) });
    rows.push({ step: "all three ÷ curl", "wall s": rounded(all.wallS / curl.wallS) });
    return {
      title: `${batches} batches of one series each`,
      rows,
      notes: [
        `${Math.round(POINTS / slices)} points a batch, ${PARALLEL} batches at a time`,
        "xargs curl makes one request a batch and does nothing with the answer",
      ],
    };
  } finally {
    hot.close();
    cold.close();
    await folder.remove();
  }
}

const times = ({ wallS, cpuS }: Ran, batches: number): Row => ({
  "wall s": rounded(wallS),
  "CPU s": rounded(cpuS),
  "CPU ms a batch": rounded((cpuS / batches) * 1000),
});

async function counted(hot: Server, cold: Server): Promise<{ hot: number; cold: number }> {
  const [one, other] = await Promise.all([
    hot.ask({ ask: "counters" }),
    cold.ask({ ask: "counters" }),
  ]);
  return { hot: one.requests, cold: other.requests };
}

/** As many fetches of one series each as there are batches, each by a curl of its own. */
async function bareRequests(folder: FlowFolder, hot: Server, batches: number): Promise<Ran> {
  const form = join(folder.folder, "fetch.form");
  await writeFile(
    form,
    "selector=tiny.value%7Bhostname%3Dhost_00000%7D&end=2000000000000000&count=720",
  );
  const line =
    `seq "$1" | xargs -P${PARALLEL} -n1 curl -sf -o /dev/null -H "X-Warp10-Token: $2"` +
    ` --data "@$3" "$4/api/v0/fetch" --url-query`;
  return runShell(line, [String(batches), "WORLD_READ", form, hot.url], folder.env);
}
