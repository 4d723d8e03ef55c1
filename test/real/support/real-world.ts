// A world whose store is a real gateway: a bucket of its own, a folder with one flow, and a clock that can be moved
// though the gateway's cannot. What sim/world.ts is for the stand-ins.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient } from "../../../src/cellar/client.ts";
import type { StoreAnswer } from "../../../src/cellar/exchange.ts";
import { placeOf } from "../../../src/cellar/place.ts";
import type { StoreKeys } from "../../../src/cellar/sign.ts";
import { main } from "../../../src/main.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import { type Range, UNITS_PER_MS } from "../../../src/warp10/range.ts";
import { sendAny, type TestRequest, texts, verdict } from "../../conformance/cellar/endpoint.ts";
import { type HotServer, openHotServer } from "./hot.ts";
import { type Moved, startMoved } from "./moved.ts";

export const DAY_MS = 86_400_000;
const FENCE_MS = 45 * DAY_MS;

/** A real store, as the environment names it. */
export interface RealStore extends StoreKeys {
  readonly url: string;
  /** Keys that may only read. */
  readonly reader: StoreKeys;
}

/** The store under test. Throws where the environment names none: the suites' set-up does. */
export function realStore(): RealStore {
  const variable = (name: string): string => {
    const value = process.env[name];
    if (!value) throw new Error(`${name} is not set: run this by npm run test:real`);
    return value;
  };
  return {
    url: variable("CELLARMAN_REAL_S3"),
    accessKeyId: variable("CELLARMAN_REAL_S3_KEY_ID"),
    secretAccessKey: variable("CELLARMAN_REAL_S3_SECRET"),
    reader: {
      accessKeyId: variable("CELLARMAN_REAL_S3_READER_KEY_ID"),
      secretAccessKey: variable("CELLARMAN_REAL_S3_READER_SECRET"),
    },
  };
}

/** What one command said. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a world begins. */
export interface RealWorldOptions {
  /** Where the store is really reached; the gateway of the environment by default. */
  readonly storeUrl?: string;
  /** Further keys of the store that the tool may be given. */
  readonly keys?: readonly StoreKeys[];
  /** Lines of the flow beside addresses, selectors, period and purge. */
  readonly flow?: readonly string[];
}

/** A running world. */
export class RealWorld {
  readonly hot: HotServer;
  readonly store = realStore();
  readonly bucket = `e2e-${randomBytes(6).toString("hex")}`;
  /** Every class of this world begins so. */
  readonly prefix = `e2e.${randomBytes(3).toString("hex")}.`;
  readonly folder: string;
  readonly env: Map<string, string>;
  /** Waiting really waits; else it moves the clock. */
  realWaits = false;
  private readonly shift: { ms: number };
  private readonly options: RealWorldOptions;
  private moved: Moved[] = [];

  private constructor(
    hot: HotServer,
    folder: string,
    shift: { ms: number },
    options: RealWorldOptions,
  ) {
    this.hot = hot;
    this.folder = folder;
    this.shift = shift;
    this.options = options;
    this.env = new Map([
      ["READ_TOKEN", hot.tokens.read],
      ["DELETE_TOKEN", hot.tokens.write],
      ["PROBE_TOKEN", hot.tokens.probe ?? ""],
      ["KEY_ID", this.store.accessKeyId],
      ["SECRET_KEY", this.store.secretAccessKey],
    ]);
  }

  /** Opens the hot side, makes the bucket and writes the flow. The world begins on the fifth of this month. */
  static async start(options: RealWorldOptions = {}): Promise<RealWorld> {
    const today = new Date();
    const begin = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 5);
    const shift = { ms: begin - today.getTime() };
    const hot = await openHotServer(() => Date.now() + shift.ms);
    const folder = await mkdtemp(join(tmpdir(), "cellarman-real-"));
    const world = new RealWorld(hot, folder, shift, options);
    const shiftMs = (): number => shift.ms;
    const { url, accessKeyId, secretAccessKey, reader } = world.store;
    const keys = [{ accessKeyId, secretAccessKey }, reader, ...(options.keys ?? [])];
    const target = options.storeUrl ?? url;
    world.moved.push(await startMoved({ target, keys, shiftMs }));
    if (hot.isReal) world.moved.push(await startMoved({ target: hot.url, shiftMs }));
    await world.must({ method: "PUT" });
    await mkdir(world.flows);
    await world.writeFlow();
    return world;
  }

  get flows(): string {
    return join(this.folder, "flows");
  }

  /** Where the tool finds the store: dates are the world's. */
  get storeUrl(): string {
    return this.moved[0]?.url ?? "";
  }

  /** Where the tool finds the Warp 10. */
  get hotUrl(): string {
    return this.moved[1]?.url ?? this.hot.url;
  }

  /** The period that is due: four months before the world's beginning, e.g. `2025-11`. */
  get period(): string {
    return new Date(this.periodMs.from).toISOString().slice(0, 7);
  }

  private get periodMs(): { from: number; to: number } {
    const now = new Date();
    const month = (back: number): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back);
    return { from: month(4), to: month(3) };
  }

  /** The period in the server's unit, both ends inclusive. */
  get range(): Range {
    const perMs = UNITS_PER_MS[this.hot.unit];
    const { from, to } = this.periodMs;
    return { start: BigInt(from) * perMs, end: BigInt(to) * perMs - 1n };
  }

  /** Writes (or replaces) the flow; a fence that nobody can put up is replaced by a reason. */
  async writeFlow(more: readonly string[] = this.options.flow ?? []): Promise<void> {
    const { probe } = this.hot.tokens;
    const fence =
      this.hot.fence && probe
        ? "{ max-past: P45D }"
        : '{ accept-risk: "a server of ours alone, whose ingress we cannot configure" }';
    const lines = [
      "version: 1",
      "flow: world",
      "source:",
      `  warp10: ${this.hotUrl}`,
      "  read-token: { env: READ_TOKEN }",
      "  delete-token: { env: DELETE_TOKEN }",
      "  probe-token: { env: PROBE_TOKEN }",
      `  select: [{ class: { regex: '${this.prefix.replaceAll(".", "[.]")}.*' } }]`,
      `archive: { s3: ${this.storeUrl}, bucket: ${this.bucket}, access-key-id: { env: KEY_ID }, secret-access-key: { env: SECRET_KEY } }`,
      `period: { first: ${this.period} }`,
      `purge: { mode: automatic, grace: P14D, write-fence: ${fence} }`,
      ...more,
    ];
    await writeFile(join(this.flows, "world.yaml"), `${lines.join("\n")}\n`);
  }

  /** The world's time, ms. */
  now(): number {
    return Date.now() + this.shift.ms;
  }

  /** What the tool presents to the store from now on. */
  useKeys({ accessKeyId, secretAccessKey }: StoreKeys): void {
    this.env.set("KEY_ID", accessKeyId).set("SECRET_KEY", secretAccessKey);
  }

  /** Breaks the connections between tool and store, and heals them. */
  cutStore(isCut: boolean): void {
    this.moved[0]?.cut(isCut);
  }

  /** What a process of its own needs in its environment to live in this world. */
  processEnv(): Record<string, string> {
    return { ...Object.fromEntries(this.env), CELLARMAN_CLOCK_SHIFT_MS: String(this.shift.ms) };
  }

  moveClock(ms: number): void {
    this.shift.ms += ms;
  }

  /** The world's clock; where waits are not real, waiting moves the world instead. */
  readonly clock: Clock = {
    now: () => this.now(),
    sleep: async (ms) => {
      if (this.realWaits) await new Promise((done) => setTimeout(done, ms));
      else this.moveClock(ms);
    },
  };

  /** Writes GTS text to the hot side while its fence is down, then puts the fence up. */
  async update(lines: readonly string[]): Promise<void> {
    await this.hot.fence?.(undefined);
    await update(this.hot.url, this.hot.tokens.write, lines);
    await this.hot.fence?.(FENCE_MS);
  }

  /** Runs one command as a process would, with a process id of its own. */
  async run(...argv: string[]): Promise<Said> {
    let [stdout, stderr] = ["", ""];
    const code = await main([...argv, "--flows", this.flows, "--flows-are-authoritative"], {
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
      env: { get: (name) => this.env.get(name) || undefined },
      clock: this.clock,
    });
    return { code, stdout, stderr };
  }

  /** One request to the real bucket, by its owner or under other keys; whatever the answer. */
  async ask(request: TestRequest, keys: StoreKeys = this.store): Promise<StoreAnswer> {
    const place = placeOf({ endpoint: this.store.url, bucket: this.bucket });
    const client = openClient({ ...keys, place, clock: { now: () => Date.now() } });
    try {
      return await sendAny(client, request);
    } finally {
      await client.close();
    }
  }

  /** Like `ask`; throws unless the answer is a success. */
  async must(request: TestRequest): Promise<StoreAnswer> {
    const answer = await this.ask(request);
    if (answer.status < 300) return answer;
    throw new Error(`${request.method} ${request.key} of ${this.bucket}: ${verdict(answer)}`);
  }

  /** Removes the bucket with every version of everything in it. */
  private async removeBucket(): Promise<void> {
    for (;;) {
      const found = await this.ask({ query: { versions: "" } });
      const ids = texts(found, "VersionId");
      const gone = texts(found, "Key").map((key, i) => ({ key, versionId: ids[i] ?? "null" }));
      if (gone.length === 0) break;
      const remove = ({ key, versionId }: { key: string; versionId: string }) =>
        this.must({ method: "DELETE", key, query: { versionId } });
      for (let i = 0; i < gone.length; i += 20) await Promise.all(gone.slice(i, i + 20).map(remove));
    }
    await this.ask({ method: "DELETE" });
  }

  async close(): Promise<void> {
    await this.removeBucket();
    await Promise.all(this.moved.map((proxy) => proxy.close()));
    await this.hot.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Sends GTS text to a Warp 10. Throws with what the server said when it refuses. */
export async function update(url: string, token: string, lines: readonly string[]): Promise<void> {
  const answer = await fetch(`${url}/api/v0/update`, {
    method: "POST",
    headers: { "X-Warp10-Token": token, "Content-Type": "text/plain; charset=utf-8" },
    body: `${lines.join("\n")}\n`,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`update answered ${answer.status}: ${text}`);
}
