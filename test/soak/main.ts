// `npm run soak`: virtual months behind fault proxies, for as long as is said; docs/safety.md tells
// what must hold.
import { parseArgs } from "node:util";
import { soak, type SoakDocument } from "./soak.ts";

const USAGE = `npm run soak -- [--minutes M] [--months N] [--series N] [--seed S] [--json]

  --minutes   how long; the month under way is brought to its end (default 10)
  --months    ends after so many virtual months at the latest
  --series    series of the fleet (default 10000)
  --seed      of faults, kills, late points and holds (default 1)
  --json      ends with one JSON document on stdout
`;

/** File descriptors that may be open more at the end than after the first month. */
const FDS_MORE = 16;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      months: { type: "string", default: "100000" },
      series: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [minutes, months, series, seed] = [
    values.minutes,
    values.months,
    values.series,
    values.seed,
  ].map(Number);
  if (values.help || !minutes || !months || !series || seed === undefined || Number.isNaN(seed)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  }
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const found = await soak({ minutes, months, series, seed, signal: stop.signal, tell });
  process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : textOf(found));
  return isSound(found) ? 0 : 1;
}

/** Nothing lost, everything ended, no descriptor and no upload left behind. */
function isSound({ months, lost, notConverged, stories, gauges }: SoakDocument): boolean {
  const [first, last] = [gauges[0], gauges.at(-1)];
  if (!first || !last || months === 0) return false;
  const leaks = last.fds - first.fds > FDS_MORE || last.orphanUploads > 0;
  return lost === 0 && notConverged === 0 && stories.length === 0 && !leaks;
}

function textOf(found: SoakDocument): string {
  const { months, series, deleted, commands, kills, faults, lost, notConverged, gauges } = found;
  const [first, last] = [gauges[0], gauges.at(-1)];
  return [
    `${months} months of ${series} series in ${found.seconds} s (seed ${found.seed}):`,
    `${deleted} points deleted, ${commands} commands, ${kills} killed, ${faults} faults struck.`,
    `lost ${lost}, not converged ${notConverged}.`,
    `RSS ${first?.rssMb} to ${last?.rssMb} MB, files ${first?.fds} to ${last?.fds}, ` +
      `orphan uploads ${last?.orphanUploads}.`,
    ...found.stories,
    "",
  ].join("\n");
}

process.exitCode = 1;
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
