// `npm run sweep`: the real command line is killed at every request of a whole way from plan to
// closed, before and after the request's effect, and run again; docs/safety.md says what must hold.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildProgram, SOURCE } from "./child.ts";
import { fillDisk } from "./full-disk.ts";
import { STEPS } from "./stage.ts";
import { sweep, type SweepDocument } from "./sweep.ts";

const USAGE = `npm run sweep -- [--signal KILL|TERM] [--short] [--json] …

  --signal      KILL (default), or TERM: the command must end within 7 s, with exit code 130
  --disk        no crash: ENOSPC on the spool, by a tmpfs too small by page after page
  --short       every 29th crash point only
  --lanes       worlds that are swept at once; default: as many as keep the processors busy
  --follow-all  goes to the end after every crash, also after those that left nothing new behind
  --source      runs src/cli.ts instead of the bundle
  --json        ends with one JSON document on stdout
`;

const SHORT = 29;
const SHORT_PAGES = 3;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      signal: { type: "string", default: "KILL" },
      disk: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
      lanes: { type: "string" },
      "follow-all": { type: "boolean", default: false },
      source: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const blow = values.signal;
  const lanes = values.lanes ?? String(lanesFor(blow));
  if (values.help || (blow !== "KILL" && blow !== "TERM") || !/^[1-9]\d?$/.test(lanes)) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (values.disk) return runOutOfDisk(values.source, values.short, values.json);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  }
  const found = await sweep({
    blow,
    lanes: Number(lanes),
    every: values.short ? SHORT : 1,
    followAll: values["follow-all"],
    source: values.source,
    signal: stop.signal,
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(found)}\n` : textOf(found));
  return found.stories.length === 0 && found.crashPoints > 0 ? 0 : 1;
}

async function runOutOfDisk(source: boolean, short: boolean, json: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "cellarman-disk-"));
  try {
    const program = source ? SOURCE : await buildProgram(folder);
    const tell = (line: string): void => void process.stderr.write(`${line}\n`);
    const found = await fillDisk(program, short ? SHORT_PAGES : 1, tell);
    const { crashPoints, lost, notConverged, broken, seconds, how } = found;
    const text =
      `The disk was full at ${crashPoints} sizes (${how}); lost ${lost}, ` +
      `not converged ${notConverged}, otherwise broken ${broken}; ${seconds} s.\n`;
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : text + found.stories.join("\n"));
    return found.stories.length === 0 && crashPoints > 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A process that ends in order waits more than it works. */
const lanesFor = (blow: string): number =>
  blow === "TERM" ? 3 * availableParallelism() : availableParallelism() + 1;

function textOf(found: SweepDocument): string {
  const { crashPoints, followed, lost, notConverged, broken, seconds } = found;
  const requests = found.requests.map((r) => `${r.verb} ${r.requests}`).join(", ");
  return [
    `The way takes ${STEPS.length} commands; requests of each: ${requests}.`,
    `${crashPoints} crash points (${found.signal}); ${followed} left something new to follow.`,
    `lost ${lost}, not converged ${notConverged}, otherwise broken ${broken}; ${seconds} s.`,
    `Longest end after the signal: ${found.endingMs} ms.`,
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
