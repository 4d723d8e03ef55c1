// Where a benchmark plays: stand-ins in processes of their own, perhaps a real gateway, a flow.
import { fork } from "node:child_process";
import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUCKET, type WORLD_TOKENS } from "../sim/world.ts";
import { type Ran, runCellarman, type Variables } from "./child.ts";
import type { Counters, Order, ServerSpec } from "./server.ts";
import { PERIOD, type SetSpec } from "./sets.ts";

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url));

/** What messages go to and come from: a forked process, or a worker of a cluster. */
interface Talker {
  send(message: Order): unknown;
  once(event: "message", listener: (message: unknown) => void): unknown;
  once(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
  kill(): unknown;
}

/** A server in a process of its own, or in several that share its port. */
export interface Server {
  readonly url: string;
  /** Sends an order to each process; the answers summed up. */
  ask(order: Order): Promise<Counters>;
  close(): void;
}

/** Where the archive goes. */
export interface Store {
  readonly url: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Starts a Warp 10 stand-in; as several processes it can use several cores, as a real one does. */
export async function startHot(set: SetSpec, processes = 1, textCacheBytes = 4e9): Promise<Server> {
  const spec: ServerSpec = { kind: "warp10", set, textCacheBytes };
  cluster.setupPrimary({ exec: SERVER });
  const talkers = Array.from({ length: processes }, () =>
    cluster.fork({ BENCH_SERVER: JSON.stringify(spec) }),
  );
  return serverOf(talkers);
}

/** Starts a store stand-in. */
export async function startStore(): Promise<Server & { store: Store }> {
  const keys = { accessKeyId: "bench", secretAccessKey: randomBytes(16).toString("hex") };
  const spec: ServerSpec = { kind: "cellar", ...keys };
  const env = { ...process.env, BENCH_SERVER: JSON.stringify(spec) };
  const server = await serverOf([fork(SERVER, { env })]);
  return { ...server, store: { url: server.url, bucket: BUCKET, ...keys } };
}

async function serverOf(talkers: readonly Talker[]): Promise<Server> {
  const ready = await Promise.all(talkers.map((talker) => heard<{ url: string }>(talker)));
  return {
    url: ready[0]?.url ?? "",
    ask: async (order) => {
      const answers = talkers.map((talker) => heard<Counters>(talker));
      for (const talker of talkers) talker.send(order);
      return (await Promise.all(answers)).reduce(added);
    },
    close: () => talkers.forEach((talker) => talker.kill()),
  };
}

/** The next message; throws when the process ends instead. */
function heard<T>(talker: Talker): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error("a server of the benchmark ended"));
    talker.once("exit", gone);
    talker.once("message", (message) => {
      talker.off("exit", gone);
      // What server.ts sends.
      resolve(message as T);
    });
  });
}

function added(a: Counters, b: Counters): Counters {
  const byName: Record<string, number> = { ...a.byName };
  for (const [name, count] of Object.entries(b.byName)) byName[name] = (byName[name] ?? 0) + count;
  return {
    requests: a.requests + b.requests,
    byName,
    fetchPoints: a.fetchPoints + b.fetchPoints,
    scriptPoints: a.scriptPoints + b.scriptPoints,
  };
}

/** The part of a flow that a benchmark chooses. */
export interface FlowChoice {
  readonly hot: string;
  readonly store: Store;
  readonly prefix: string;
  readonly maxSeries: number;
  readonly parallel: number;
  /** Longest slice; a month by default: no slices. */
  readonly slice?: string;
}

/** A folder with one flow named `bench`, and the tool run on it. */
export class FlowFolder {
  readonly folder: string;
  private store: Store | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<FlowFolder> {
    const made = new FlowFolder(await mkdtemp(join(tmpdir(), "cellarman-bench-")));
    await mkdir(join(made.folder, "flows"));
    return made;
  }

  /** Writes the flow; a new prefix is a new archive. */
  async write({
    hot,
    store,
    prefix,
    maxSeries,
    parallel,
    slice = "P31D",
  }: FlowChoice): Promise<void> {
    this.store = store;
    const text = [
      "version: 1",
      "flow: bench",
      `source: { warp10: '${hot}', select: [{ class: { regex: '.*' } }] }`,
      `archive: { s3: '${store.url}', bucket: ${store.bucket}, prefix: ${prefix} }`,
      `period: { first: ${PERIOD} }`,
      `batches: { slice: ${slice}, by-label: hostname, max-series: ${maxSeries} }`,
      `run: { parallel: ${parallel} }`,
      "purge: { mode: automatic, grace: PT0S, write-fence: { max-past: P45D } }",
    ];
    await writeFile(join(this.folder, "flows", "bench.yaml"), `${text.join("\n")}\n`);
  }

  /** The variables that the tool runs with. */
  get env(): Variables {
    return {
      WARP10_READ_TOKEN: "WORLD_READ" satisfies keyof typeof WORLD_TOKENS,
      WARP10_DELETE_TOKEN: "WORLD_DELETE" satisfies keyof typeof WORLD_TOKENS,
      WARP10_PROBE_TOKEN: "WORLD_PROBE" satisfies keyof typeof WORLD_TOKENS,
      CELLAR_ADDON_KEY_ID: this.store?.accessKeyId ?? "",
      CELLAR_ADDON_KEY_SECRET: this.store?.secretAccessKey ?? "",
    };
  }

  /** Runs a command as a process; throws when it fails. */
  run(...argv: string[]): Promise<Ran> {
    const flows = ["--flows", join(this.folder, "flows"), "--flows-are-authoritative", "--quiet"];
    return runCellarman([...argv, ...flows], this.env);
  }

  /** Plans the set's period, and no other. */
  plan(): Promise<Ran> {
    return this.run("plan", "--period", PERIOD);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
