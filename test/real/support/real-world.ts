// A world whose store is a real gateway: a bucket of its own, a folder with one flow, and a
// clock that can be moved though the gateway's cannot. What sim/world.ts is for the stand-ins.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { assertKept } from "../../../sim/planted.ts";
import { openClient } from "../../../src/cellar/client.ts";
import type { StoreAnswer } from "../../../src/cellar/exchange.ts";
import { placeOf } from "../../../src/cellar/place.ts";
import type { StoreKeys } from "../../../src/cellar/sign.ts";
import { main } from "../../../src/main.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import { type Range, UNITS_PER_MS } from "../../../src/warp10/range.ts";
import { sendAny, type TestRequest, texts, verdict } from "../../conformance/cellar/endpoint.ts";
import { flowText } from "./flow-text.ts";
import { type HotServer, openHotServer } from "./hot.ts";
import { updateLines } from "./lines.ts";
import { type Moved, startMoved } from "./moved.ts";
import { isOurCluster, realStore } from "./store.ts";

export const DAY_MS = 86_400_000;
const FENCE_MS = 45 * DAY_MS;

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
  /** Folder of the archive within the bucket; none by default. */
  readonly archiveFolder?: string;
  /** Opens the hot side in place of the usual one. */
  readonly hot?: (now: () => number) => Promise<HotServer>;
  /** Further variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
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
      ...Object.entries(options.env ?? {}),
    ]);
  }

  /** Opens the hot side, makes bucket and flow. The world begins on the fifth of this month. */
  static async start(options: RealWorldOptions = {}): Promise<RealWorld> {
    const today = new Date();
    const begin = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 5);
    const shift = { ms: begin - today.getTime() };
    const hot = await (options.hot ?? openHotServer)(() => Date.now() + shift.ms);
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

  get archiveFolder(): string {
    return this.options.archiveFolder ?? "";
  }

  /** The period that is due: four months before the world's beginning, e.g. `2025-11`. */
  get period(): string {
    return new Date(this.periodMs.from).toISOString().slice(0, 7);
  }

  private get periodMs(): { from: number; to: number } {
    const now = new Date();
    const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
    return { from: Date.UTC(year, month - 4), to: Date.UTC(year, month - 3) };
  }

  /** The period in the server's unit, both ends inclusive. */
  get range(): Range {
    const perMs = UNITS_PER_MS[this.hot.unit];
    const { from, to } = this.periodMs;
    return { start: BigInt(from) * perMs, end: BigInt(to) * perMs - 1n };
  }

  /** Writes (or replaces) the flow. */
  async writeFlow(more: readonly string[] = this.options.flow ?? []): Promise<void> {
    await writeFile(join(this.flows, "world.yaml"), flowText(this, more));
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
    // A clock gives whole milliseconds, whatever fraction somebody waited.
    this.shift.ms += Math.ceil(ms);
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
    await updateLines(this.hot.url, this.hot.tokens.write, lines);
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
    assertKept(this.env, Object.entries({ stdout, stderr }));
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

  /** Removes the bucket with every version in it; a cluster of ours is wiped as a whole. */
  private async removeBucket(): Promise<void> {
    while (!isOurCluster()) {
      const found = await this.ask({ query: { versions: "" } });
      const ids = texts(found, "VersionId");
      const gone = texts(found, "Key").map((key, i) => ({ key, versionId: ids[i] ?? "null" }));
      if (gone.length === 0) break;
      const remove = ({ key, versionId }: { key: string; versionId: string }) =>
        this.must({ method: "DELETE", key, query: { versionId } });
      const limit = pLimit(16);
      await limit.map(gone, remove);
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
