// `npm run prove`: every proof of docs/safety.md, one after the other: the short forms, or with
// `--long` those of the nightly run. A proof that fails stops no other.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const USAGE = `npm run prove -- [--long] [--only NAME]... [--json]

  --long    the long forms: hours (the nightly workflow runs one a job)
  --only    only this proof; may be said several times
  --json    ends with one JSON document on stdout
`;

const ROOT = join(import.meta.dirname, "..");

interface Proof {
  /** The npm script. */
  readonly script: string;
  readonly short: readonly string[];
  readonly long: readonly string[];
}

const PROOFS: Readonly<Record<string, Proof>> = {
  model: {
    script: "test:protocol",
    short: ["--histories", "2000", "--seed", "1"],
    long: ["--histories", "1000000", "--seed", "1"],
  },
  liveness: {
    script: "test:protocol",
    short: ["--histories", "300", "--seed", "1", "--liveness"],
    long: ["--histories", "50000", "--seed", "1", "--liveness"],
  },
  sweep: { script: "sweep", short: ["--short"], long: [] },
  "sweep-term": {
    script: "sweep",
    short: ["--signal", "TERM", "--short"],
    long: ["--signal", "TERM"],
  },
  disk: { script: "sweep", short: ["--disk", "--short"], long: ["--disk"] },
  soak: { script: "soak", short: ["--months", "2", "--series", "200"], long: ["--minutes", "60"] },
  fuzz: { script: "fuzz", short: ["--seconds", "10"], long: ["--seconds", "600"] },
  mutants: { script: "mutants", short: [], long: [] },
  stryker: { script: "stryker", short: [], long: [] },
};

/** Too long for the short forms. */
const LONG_ONLY: ReadonlySet<string> = new Set(["mutants", "stryker"]);

/** What one proof came to. */
interface Proven {
  readonly proof: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What it printed with `--json`; null where it printed none. */
  readonly document: unknown;
}

let running: ChildProcess | undefined;
let stoppedBy: NodeJS.Signals | undefined;

/** The command line of an npm script, without the launcher: this is its Node already. */
function commandOf(script: string): string[] {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text);
  const said = scripts[script]?.split(" ").slice(2);
  if (said === undefined) throw new Error(`package.json has no script ${script}`);
  return said;
}

async function prove(name: string, proof: Proof, long: boolean, json: boolean): Promise<Proven> {
  const beganMs = performance.now();
  const args = [...commandOf(proof.script), ...(long ? proof.long : proof.short)];
  process.stderr.write(`::: ${name}: npm run ${proof.script} -- ${args.slice(2).join(" ")}\n`);
  const child = spawn(process.execPath, [...args, ...(json ? ["--json"] : [])], {
    cwd: ROOT,
    stdio: ["ignore", json ? "pipe" : "inherit", "inherit"],
  });
  running = child;
  let stdout = "";
  child.stdout?.on("data", (part: Buffer) => (stdout += part.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  running = undefined;
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  process.stderr.write(`::: ${name} ${code === 0 ? "holds" : "FAILED"} after ${seconds} s\n`);
  return { proof: name, ok: code === 0, seconds, document: documentOf(stdout) };
}

function documentOf(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      long: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { long, json, only } = values;
  const unknown = only?.find((name) => !Object.hasOwn(PROOFS, name));
  if (values.help || unknown !== undefined) {
    process.stderr.write(`${USAGE}\nProofs: ${Object.keys(PROOFS).join(", ")}\n`);
    return values.help ? 0 : 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stoppedBy ??= signal;
      running?.kill(signal);
    });
  }
  const proven: Proven[] = [];
  for (const [name, proof] of Object.entries(PROOFS)) {
    const isWanted = only ? only.includes(name) : long || !LONG_ONLY.has(name);
    if (isWanted && stoppedBy === undefined) proven.push(await prove(name, proof, long, json));
  }
  if (json) process.stdout.write(`${JSON.stringify({ long, proofs: proven })}\n`);
  return stoppedBy === undefined && proven.every((p) => p.ok) ? 0 : 1;
}

process.exitCode = 1;
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
