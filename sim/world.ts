// A whole world on loopback: a stand-in Warp 10, a stand-in store, a folder of flows and a clock
// that can be moved. The demo runs in it, and the tests.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../src/main.ts";
import type { Io } from "../src/verbs/verb.ts";
import type { Clock } from "../src/runtime/clock.ts";
import type { Terminal } from "../src/runtime/progress.ts";
import type { TimeUnit } from "../src/warp10/range.ts";
import type { Credential } from "./cellar/protocol.ts";
import { type CellarSim, startCellar } from "./cellar/server.ts";
import type { BulkPoints } from "./warp10/store/bulk.ts";
import { assertKept, textsOf } from "./planted.ts";
import { startWarp10, type Warp10Sim } from "./warp10/server.ts";
import type { Warp10Options } from "./warp10/site.ts";
import { APPLICATION, OWNER, WORLD_TOKENS } from "./world-tokens.ts";

export { WORLD_TOKENS };
export const BUCKET = "metrics-cold";
const SECRET_KEY = "world-secret-key";
const KEY_ID = "world-key";

/** How a world begins. */
export interface WorldOptions {
  readonly unit?: TimeUnit;
  /** The world's time when it begins; default: the machine's. */
  readonly startMs?: number;
  /** The flow's text after source and archive; default: a flow that purges automatically. */
  readonly flow?: string;
  /** The write fence that is really in force, ms; default: 45 days. `null`: none. */
  readonly maxPastMs?: number | null;
  /** Shows talk of the verbs. */
  readonly talk?: (text: string) => void;
  /** Name of the flow and of its file; default: `world`. */
  readonly flowName?: string;
  /** Stops the commands, as a signal would. */
  readonly signal?: AbortSignal;
  /** Where the verbs show their bars. */
  readonly terminal?: Terminal;
  /** Further keys of the store. */
  readonly credentials?: readonly Credential[];
  /** Further settings of the stand-in Warp 10: its HFiles, for one. */
  readonly warp10?: Partial<Omit<Warp10Options, "now">>;
  /** Limits that the commands go by instead of their own. */
  readonly limits?: NonNullable<Io["limits"]>;
}

/** What one command said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DAY_MS = 86_400_000;

/** A flow's text that fits the world; `rest` follows the sections that name addresses. */
export function worldFlow(
  world: { warp10: { url: string }; cellar: { url: string } },
  rest: string,
  name = "world",
): string {
  return [
    "version: 1",
    `flow: ${name}`,
    "source:",
    `  warp10: ${world.warp10.url}`,
    "  read-token: { env: READ_TOKEN }",
    "  delete-token: { env: DELETE_TOKEN }",
    "  probe-token: { env: PROBE_TOKEN }",
    "  select: [{ class: { regex: '.*' } }]",
    "archive:",
    `  s3: ${world.cellar.url}`,
    `  bucket: ${BUCKET}`,
    "  access-key-id: { env: KEY_ID }",
    "  secret-access-key: { env: SECRET_KEY }",
    rest,
    "",
  ].join("\n");
}

const AUTOMATIC = [
  "period: { first: 2025-11 }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D } }",
].join("\n");

export class World {
  readonly warp10: Warp10Sim;
  readonly cellar: CellarSim;
  readonly folder: string;
  /** Environment of the commands; tests may change it. */
  readonly env: Map<string, string>;
  /** What each clock is wrong by, ms; may be changed at any time. */
  readonly skewMs: { local: number; warp10: number; store: number };
  /** Stops the commands, as a signal would. */
  signal: AbortSignal | undefined;
  private readonly shift: { ms: number };
  private readonly options: WorldOptions;

  private constructor(
    warp10: Warp10Sim,
    cellar: CellarSim,
    folder: string,
    shift: { ms: number },
    skewMs: World["skewMs"],
    options: WorldOptions,
  ) {
    this.skewMs = skewMs;
    this.signal = options.signal;
    this.warp10 = warp10;
    this.cellar = cellar;
    this.folder = folder;
    this.shift = shift;
    this.options = options;
    this.env = new Map([
      ["READ_TOKEN", "WORLD_READ"],
      ["DELETE_TOKEN", "WORLD_DELETE"],
      ["PROBE_TOKEN", "WORLD_PROBE"],
      ["KEY_ID", KEY_ID],
      ["SECRET_KEY", SECRET_KEY],
    ]);
  }

  /** Starts both servers and writes the flow. */
  static async start(options: WorldOptions = {}): Promise<World> {
    const shift = { ms: (options.startMs ?? Date.now()) - Date.now() };
    const now = (): number => Date.now() + shift.ms;
    const skewMs = { local: 0, warp10: 0, store: 0 };
    const maxPastMs = options.maxPastMs === undefined ? 45 * DAY_MS : options.maxPastMs;
    const warp10 = await startWarp10({
      tokens: WORLD_TOKENS,
      unit: options.unit ?? "us",
      now: () => now() + skewMs.warp10,
      ...(maxPastMs === null ? {} : { maxPastOverrideMs: maxPastMs }),
      ...options.warp10,
    });
    const cellar = await startCellar({
      buckets: [BUCKET],
      accessKeyId: KEY_ID,
      secretAccessKey: SECRET_KEY,
      now: () => now() + skewMs.store,
      ...(options.credentials ? { credentials: options.credentials } : {}),
    });
    const folder = await mkdtemp(join(tmpdir(), "cellarman-world-"));
    const world = new World(warp10, cellar, folder, shift, skewMs, options);
    await mkdir(world.flows);
    await world.writeFlow(options.flowName ?? "world", options.flow ?? AUTOMATIC);
    return world;
  }

  get flows(): string {
    return join(this.folder, "flows");
  }

  /** Writes (or replaces) a flow file. */
  async writeFlow(name: string, rest: string): Promise<void> {
    await writeFile(join(this.flows, `${name}.yaml`), worldFlow(this, rest, name));
  }

  /** The world's time, ms. */
  now(): number {
    return Date.now() + this.shift.ms;
  }

  /** Moves every clock of the world. */
  moveClock(ms: number): void {
    // A clock gives whole milliseconds, whatever fraction somebody waited.
    this.shift.ms += Math.ceil(ms);
  }

  /** A clock on which waiting takes no time: it moves the world instead. */
  readonly clock: Clock = {
    now: () => this.now() + this.skewMs.local,
    sleep: async (ms) => this.moveClock(ms),
  };

  /** Loads points of one series past every fence. Timestamps in platform units, ascending. */
  load(className: string, labels: Readonly<Record<string, string>>, points: BulkPoints): void {
    const name = { className, labels, producer: OWNER, owner: OWNER, application: APPLICATION };
    this.warp10.store.load(name, points);
  }

  /** Runs one command as a process would, with a process id of its own. */
  async run(...argv: string[]): Promise<Said> {
    return this.runPlainly(...argv, "--flows-are-authoritative");
  }

  /** The same as CI runs it: the local flows are not taken for the default branch's. */
  async runPlainly(...argv: string[]): Promise<Said> {
    let [stdout, stderr] = ["", ""];
    const { talk, terminal, limits } = this.options;
    const code = await main([...argv, "--flows", this.flows], {
      stdout: (text) => void (stdout += text),
      stderr: (text) => {
        stderr += text;
        talk?.(text);
      },
      env: { get: (name) => this.env.get(name) },
      clock: this.clock,
      ...(this.signal ? { signal: this.signal } : {}),
      ...(terminal ? { terminal } : {}),
      ...(limits ? { limits } : {}),
    });
    assertKept(this.env, Object.entries({ stdout, stderr }));
    return { code, stdout, stderr };
  }

  /** Runs a command with `--json` and parses what it says; throws when it says none. */
  async json(...argv: string[]): Promise<{ code: number; document: Record<string, unknown> }> {
    const { code, stdout, stderr } = await this.run(...argv, "--json");
    if (stdout === "") throw new Error(`${argv.join(" ")} said nothing: ${stderr}`);
    return { code, document: JSON.parse(stdout) };
  }

  /** Points that the hot store holds in all. */
  get hotPoints(): number {
    return this.warp10.store.points;
  }

  async close(): Promise<void> {
    await Promise.all([this.warp10.close(), this.cellar.close()]);
    await rm(this.folder, { recursive: true, force: true });
    assertKept(this.env, textsOf(this.cellar.objects(BUCKET)));
  }
}
