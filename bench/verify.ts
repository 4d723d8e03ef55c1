// Points a second of verify and of the gate, with stand-ins as fast as they are: our own code is
// the limit. Each is a whole process; verify also as two, one for each half of the batches.
import type { Ran } from "./child.ts";
import { type Bench, median, rounded, type Row } from "./figures.ts";
import { MONTH_POINTS, PERIOD, type SetSpec, sizeOf } from "./sets.ts";
import { FlowFolder, type Server, startHot, startStore } from "./stage.ts";

const PARALLEL = 4;
const MAX_SERIES = 10;
const HOSTS = 8;

/** Verifies and gates what was archived before, again and again. */
export const benchVerify: Bench = async ({ small, tell }) => {
  const points = small ? MONTH_POINTS / 10 : MONTH_POINTS;
  const rounds = small ? 1 : 3;
  const rows: Row[] = [];
  for (const kind of ["tsbs", "telegraf"] as const) {
    tell(`verify: archiving ${kind}`);
    rows.push(...(await measureSet({ kind, hosts: HOSTS, points }, rounds, tell)));
  }
  const notes = [
    `${HOSTS} batches of ${MAX_SERIES} series × ${points} points; medians of ${rounds} rounds`,
    "every point is read twice, from the archive and from hot, decoded and digested each time",
    "gate: `status --why`, all that a gate does but the warrant; its count runs in the stand-in",
  ];
  return [{ title: "verify and gate, million points a second", rows, notes }];
};

async function measureSet(
  set: SetSpec,
  rounds: number,
  tell: (line: string) => void,
): Promise<Row[]> {
  const hot = await startHot(set);
  const cold = await startStore();
  const folder = await FlowFolder.make();
  try {
    const choice = { hot: hot.url, store: cold.store, prefix: "v", maxSeries: MAX_SERIES };
    await folder.write({ ...choice, parallel: PARALLEL });
    await folder.plan();
    await folder.run("archive", "--period", PERIOD);
    const one: Ran[] = [];
    const two: Ran[] = [];
    const gate: Ran[] = [];
    for (let round = 0; round < rounds; round++) {
      tell(`  ${set.kind}, round ${round + 1} of ${rounds}`);
      await forgetReceipts(cold);
      two.push(together(await Promise.all(["1/2", "2/2"].map((part) => verify(folder, part)))));
      await forgetReceipts(cold);
      one.push(await verify(folder));
      gate.push(await folder.run("status", "bench", PERIOD, "--why"));
    }
    const { points } = sizeOf(set);
    return [
      { set: set.kind, what: "verify", ...speeds(one, points) },
      { set: set.kind, what: "verify, 2 processes", ...speeds(two, points) },
      { set: set.kind, what: "gate", ...speeds(gate, points) },
    ];
  } finally {
    hot.close();
    cold.close();
    await folder.remove();
  }
}

/** Receipts are what says that nothing is left to verify. */
async function forgetReceipts(cold: Server): Promise<void> {
  await cold.ask({ ask: "forget", prefix: "v/verified/" });
}

function verify(folder: FlowFolder, shard?: string): Promise<Ran> {
  const part = shard === undefined ? [] : ["--shard", shard];
  return folder.run("verify", "--period", PERIOD, ...part);
}

function together(runs: readonly Ran[]): Ran {
  return runs.reduce((a, b) => ({
    ...a,
    wallS: Math.max(a.wallS, b.wallS),
    cpuS: a.cpuS + b.cpuS,
    peakMb: Math.max(a.peakMb, b.peakMb),
  }));
}

function speeds(runs: readonly Ran[], points: number): Row {
  const speed = (seconds: number): number => rounded(points / seconds / 1e6);
  return {
    "a second": speed(median(runs.map(({ wallS }) => wallS))),
    "a CPU second": speed(median(runs.map(({ cpuS }) => cpuS))),
    "peak MB": rounded(Math.max(...runs.map(({ peakMb }) => peakMb))),
  };
}
