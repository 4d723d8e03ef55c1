// What a run of GitHub Actions costs where everything is done already: plan, legs that find nothing
// to do, report; each job a process of the built Action, two at a time, against a stand-in for
// GitHub that counts the calls.
import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHubSim, startGitHub } from "../sim/github/server.ts";
import { World } from "../sim/world.ts";
import { type Bench, type BenchOptions, rounded, type Row } from "./figures.ts";

const DIST = join(import.meta.dirname, "..", "dist");
/** When November 2025 is due with keep-hot P3M. */
const START = Date.parse("2026-03-05T00:00:00Z");
const NOVEMBER_US = BigInt(Date.parse("2025-11-01T00:00:00Z")) * 1000n;
const DAY_US = 86_400_000_000;
const DAYS = 30;
const AT_ONCE = 2;

/** Classes, and one group for any other: batches are (classes + 1) × 30 days. */
const FULL = { classes: 33, legs: 50 };
const SMALL = { classes: 3, legs: 6 };

interface Stage {
  readonly world: World;
  readonly github: GitHubSim;
  readonly folder: string;
}

/** Measures one run whose batches are all archived and proven. */
export const benchLegs: Bench = async ({ small, tell }: BenchOptions) => {
  const { classes, legs } = small ? SMALL : FULL;
  const world = await World.start({
    startMs: START,
    flow:
      "period: { first: 2025-11 }\nbatches: { slice: P1D, max-series: 1 }\n" +
      `run: { shards: ${legs}, parallel: ${legs} }`,
  });
  const github = await startGitHub({ now: () => world.now() });
  const folder = await mkdtemp(join(tmpdir(), "cellarman-legs-"));
  try {
    // A copy: a build meanwhile must not touch what is measured.
    await cp(DIST, join(folder, "dist"), { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    fill(world, classes);
    const { document } = await world.json("plan", "--legs");
    tell("legs: archiving and proving everything first");
    for (const step of ["archive", "verify"]) await world.run(step);
    const rows = await runJobs({ world, github, folder }, String(document["plan"]), legs, tell);
    const title = `${(classes + 1) * DAYS} no-op batches in ${legs} legs of each of two steps`;
    return [{ title, rows, notes: [`jobs are processes, ${AT_ONCE} at a time; no checkout`] }];
  } finally {
    await Promise.all([world.close(), github.close(), rm(folder, { recursive: true })]);
  }
};

function fill(world: World, classes: number): void {
  const offsets = Float64Array.from({ length: DAYS }, (_, i) => i * DAY_US);
  for (let n = 0; n < classes; n++) {
    const longs = offsets.map((_, i) => i + n);
    world.load(`class.n${n}`, { host: "h" }, { base: NOVEMBER_US, offsets, longs });
  }
}

async function runJobs(
  stage: Stage,
  plan: string,
  legs: number,
  tell: BenchOptions["tell"],
): Promise<Row[]> {
  const leg = (command: string) =>
    Array.from({ length: legs }, (_, n) => ({ command, leg: `${plan}/world-${n + 1}` }));
  const steps: readonly [string, readonly Readonly<Record<string, string>>[]][] = [
    ["plan", [{ command: "plan", legs: "true" }]],
    ["archive", leg("archive")],
    ["verify", leg("verify")],
    ["report", [{ command: "report", arguments: "--alert" }]],
  ];
  const rows: Row[] = [];
  let [allS, allCalls, jobs] = [0, 0, 0];
  for (const [step, inputs] of steps) {
    const beganMs = performance.now();
    const calls = stage.github.calls.length;
    const queue = [...inputs];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) await runJob(stage, next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const wallS = (performance.now() - beganMs) / 1000;
    const made = stage.github.calls.length - calls;
    [allS, allCalls, jobs] = [allS + wallS, allCalls + made, jobs + inputs.length];
    rows.push(rowOf(step, inputs.length, wallS, made));
    tell(`  ${step}: ${wallS.toFixed(1)} s`);
  }
  return [...rows, rowOf("the run", jobs, allS, allCalls)];
}

const rowOf = (step: string, jobs: number, wallS: number, calls: number): Row => ({
  step,
  jobs,
  "wall s": rounded(wallS),
  "s a job, two at a time": rounded((wallS / jobs) * Math.min(AT_ONCE, jobs)),
  "GitHub API calls": calls,
});

/** One job's step, as GitHub's runner starts it. Throws where it fails. */
async function runJob(
  { world, github, folder }: Stage,
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  const event = join(folder, "event.json");
  await writeFile(event, JSON.stringify({ repository: { default_branch: "main" } }));
  const output = join(
    folder,
    `output-${inputs["leg"]?.split("/")[1] ?? "one"}-${inputs["command"]}`,
  );
  await writeFile(output, "");
  const asked = Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]);
  const env = {
    ...Object.fromEntries(world.env),
    ...Object.fromEntries(asked),
    CELLARMAN_CLOCK_SHIFT_MS: String(Math.round(world.now() - Date.now())),
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN: github.token,
    GITHUB_RUN_ID: "1",
    GITHUB_REF: "refs/heads/main",
    GITHUB_EVENT_NAME: "schedule",
    GITHUB_EVENT_PATH: event,
    GITHUB_OUTPUT: output,
  };
  const child = spawn(process.execPath, [join(folder, "dist", "action.js")], {
    cwd: world.folder,
    env,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => (said += part.toString()));
  }
  const code = await new Promise((resolve) => child.once("close", resolve));
  const skipped = inputs["leg"] === undefined || said.includes("needed no");
  if (code !== 0 || !skipped || !(await readFile(output, "utf8")).includes("exit-code")) {
    throw new Error(
      `${inputs["command"]} ${inputs["leg"] ?? ""} ended with ${String(code)}\n${said}`,
    );
  }
}
