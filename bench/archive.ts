// Points a second of archive into a real gateway, beside curl of the same ranges to nowhere, and
// beside curl | zstd | rclone, each a whole process, taking turns.
import type { Ran } from "./child.ts";
import {
  type Bench,
  type BenchOptions,
  type Figures,
  median,
  rounded,
  type Row,
} from "./figures.ts";
import { bytesUnder, type Gateway, openGateway } from "./gateway.ts";
import { Fetches, isInstalled } from "./peers.ts";
import { REAL_POINTS_PER_CPU_S } from "./pace.ts";
import { MONTH_POINTS, PERIOD, type SetSpec, sizeOf } from "./sets.ts";
import { FlowFolder, type Server, startHot } from "./stage.ts";

/** Batches in flight, as many curls, as many rclones. */
const PARALLEL = 4;
/** The stand-in's processes: a real server uses every core, a Node process one. */
const SERVERS = 2;
/** Series of a host: a batch is a host's month. */
const MAX_SERIES = 10;

interface Sizes {
  readonly hosts: number;
  readonly points: number;
  readonly rounds: number;
}

const FULL: Sizes = { hosts: 4, points: MONTH_POINTS, rounds: 3 };
const SMALL: Sizes = { hosts: 4, points: MONTH_POINTS / 10, rounds: 1 };

/** Both sets, from the stand-in as it is and as slow as a real server. */
export const benchArchive: Bench = async (options) => {
  const gateway = await openGateway();
  const folder = await FlowFolder.make();
  const sizes = options.small ? SMALL : FULL;
  const rows: Row[] = [];
  try {
    for (const kind of ["tsbs", "telegraf"] as const) {
      const set: SetSpec = { kind, hosts: sizes.hosts, points: sizes.points };
      rows.push(...(await measureSet(set, sizes.rounds, gateway, folder, options)));
    }
  } finally {
    await folder.remove();
    await gateway.remove();
  }
  return [figuresOf(rows, sizes)];
};

function figuresOf(rows: readonly Row[], { hosts, points, rounds }: Sizes): Figures {
  const notes = [
    `${hosts} batches of ${MAX_SERIES} series × ${points} points; medians of ${rounds} rounds`,
    `${PARALLEL} batches, curls or rclones at a time; the server has ${SERVERS} processes`,
    `real pace: it burns a Warp 10's CPU, a second for ${REAL_POINTS_PER_CPU_S} points`,
    "archive reads back, decodes and digests all that it wrote; the peers check nothing",
  ];
  if (!isInstalled("rclone")) notes.push("rclone is not installed: its column is left out");
  return { title: "archive into a real gateway, million points a second", rows, notes };
}

async function measureSet(
  set: SetSpec,
  rounds: number,
  gateway: Gateway,
  folder: FlowFolder,
  { tell }: BenchOptions,
): Promise<Row[]> {
  tell(`archive: loading ${set.kind}`);
  const hot = await startHot(set, SERVERS);
  try {
    await prepare(folder, hot, gateway, "warm");
    const fetches = await Fetches.of(folder, hot.url, gateway.store, "warm");
    // Also renders and keeps the text in each of the servers.
    const bytes = await fetches.textBytes();
    for (let i = 0; i < SERVERS; i++) await fetches.toNull(PARALLEL);
    const rows: Row[] = [];
    for (const pace of ["stand-in's own", "real pace"]) {
      const bytesPerCpuS = (bytes / sizeOf(set).points) * REAL_POINTS_PER_CPU_S;
      await hot.ask({ ask: "pace", bytesPerCpuS: pace === "real pace" ? bytesPerCpuS : null });
      const taken = new Turns();
      for (let round = 0; round < rounds; round++) {
        tell(`  ${set.kind}, ${pace}, round ${round + 1} of ${rounds}`);
        await takeTurns(taken, folder, hot, gateway, fetches);
      }
      const row = { set: set.kind, source: pace, ...taken.row(sizeOf(set).points) };
      rows.push(pace === "real pace" ? { ...row, ...taken.byCpu(sizeOf(set).points) } : row);
    }
    return rows;
  } finally {
    hot.close();
  }
}

async function prepare(
  folder: FlowFolder,
  hot: Server,
  { store }: Gateway,
  prefix: string,
): Promise<void> {
  await folder.write({ hot: hot.url, store, prefix, maxSeries: MAX_SERIES, parallel: PARALLEL });
  await folder.plan();
}

/** One turn of each: curl, archive, and rclone where it is. */
async function takeTurns(
  taken: Turns,
  folder: FlowFolder,
  hot: Server,
  gateway: Gateway,
  fetches: Fetches,
): Promise<void> {
  await gateway.empty();
  await prepare(folder, hot, gateway, "ours");
  taken.curl.push(await fetches.toNull(PARALLEL));
  taken.archive.push(await folder.run("archive", "--period", PERIOD));
  if (isInstalled("rclone")) {
    taken.rclone.push(await fetches.toRclone(PARALLEL, gateway.store, "peer"));
  }
  taken.bytes = {
    ours: await bytesUnder(gateway.store, "ours", "data/"),
    rclone: await bytesUnder(gateway.store, "peer", ""),
  };
}

/** What was measured in all rounds of one row. */
class Turns {
  readonly curl: Ran[] = [];
  readonly archive: Ran[] = [];
  readonly rclone: Ran[] = [];
  bytes = { ours: 0, rclone: 0 };

  row(points: number): Row {
    const wall = (runs: readonly Ran[]): number => median(runs.map(({ wallS }) => wallS));
    const [curl, archive, rclone] = [wall(this.curl), wall(this.archive), wall(this.rclone)];
    const speed = (seconds: number): number => rounded(points / seconds / 1e6);
    const cpu = median(this.archive.map(({ cpuS }) => cpuS));
    const peer = Number.isNaN(rclone)
      ? {}
      : {
          "÷ rclone": rounded(rclone / archive),
          "rclone bytes/pt": rounded(this.bytes.rclone / points),
        };
    return {
      "÷ curl": rounded(curl / archive),
      ...peer,
      "bytes/pt": rounded(this.bytes.ours / points),
      curl: speed(curl),
      archive: speed(archive),
      ...(Number.isNaN(rclone) ? {} : { rclone: speed(rclone) }),
      "archive per CPU s": speed(cpu),
      "peak MB": rounded(Math.max(...this.archive.map(({ peakMb }) => peakMb))),
    };
  }

  /**
   * What "÷ curl" is by CPU time alone: server and client share the cores, nobody else takes any,
   * and both keep them busy.
   */
  byCpu(points: number): Row {
    const server = points / REAL_POINTS_PER_CPU_S;
    const cpu = (runs: readonly Ran[]): number => median(runs.map(({ cpuS }) => cpuS));
    return { "÷ curl by CPU": rounded((server + cpu(this.curl)) / (server + cpu(this.archive))) };
  }
}
