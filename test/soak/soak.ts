// Virtual months, one after the other, each on its way from hot to closed behind two fault proxies:
// faults drawn from a seed, commands killed in the middle, late points, holds that people put and
// lift. After every purge each point must be in hot or in the archive.
import { setTimeout as sleep } from "node:timers/promises";
import { drawScript, type Act } from "../../sim/proxy/script.ts";
import { seededRandom } from "../../sim/faults.ts";
import { BUCKET, type World } from "../../sim/world.ts";
import { type Proxied, startProxied } from "../support/proxied.ts";
import { startCli } from "../support/process.ts";
import { type Gauges, readGauges } from "./gauges.ts";
import { Calendar, dueOf } from "./calendar.ts";
import type { Truth } from "./truth.ts";

const DAY_MS = 86_400_000;
/** Rounds with faults, and rounds without, that a month may take. */
const ROUNDS = { faulty: 3, calm: 12 };

const FLOW = [
  "period: { first: 2025-11 }",
  "batches: { by-label: host, max-series: 1000 }",
  "run: { parallel: 4, retry: { type: constant, interval: PT1S, max-attempts: 4 } }",
  "purge: { mode: automatic, grace: P14D, write-fence: { max-past: P45D, lag: PT1S } }",
].join("\n");

const DEADLINE_MS = 8_000;
/** What a stalled connection costs; reads of the whole fleet take a while on a busy machine. */
const LIMITS = {
  hotStallMs: 1_000,
  storeStallMs: 1_000,
  hotDeadlineMs: DEADLINE_MS,
  gateReadMs: DEADLINE_MS,
  recountMs: DEADLINE_MS,
  deleteMs: DEADLINE_MS,
};

/** What networks do that TLS does not turn into something else. */
const KINDS: readonly Act["kind"][] = [
  "cut",
  "stall",
  "drip",
  "slice",
  "swallow",
  "forget",
  "cut-request",
  "twice",
  "redirect",
  "answer",
  "close-idle",
];

/** A Warp 10 at work is silent for hours, and is waited for: no stall of it within a soak. */
const HOT_KINDS = KINDS.filter((kind) => kind !== "stall");

/** How a soak is run: for so many minutes, or so many months, whichever ends first. */
export interface SoakOptions {
  readonly minutes: number;
  readonly months: number;
  readonly series: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** What `npm run soak -- --json` prints. */
export interface SoakDocument {
  readonly seed: number;
  readonly months: number;
  readonly series: number;
  /** Points that left hot. */
  readonly deleted: number;
  readonly commands: number;
  readonly kills: number;
  readonly faults: number;
  readonly lost: number;
  readonly notConverged: number;
  /** At the end of each month. */
  readonly gauges: readonly Gauges[];
  readonly stories: readonly string[];
  readonly seconds: number;
}

/** Runs months until the time is over; the one that is under way is brought to its end. */
export async function soak(options: SoakOptions): Promise<SoakDocument> {
  const beganMs = performance.now();
  const proxied = await startProxied({ startMs: dueOf(0) - DAY_MS, limits: LIMITS }, FLOW);
  const run = new Soak(proxied, options);
  try {
    const isOver = (): boolean =>
      options.signal.aborted || performance.now() - beganMs > options.minutes * 60_000;
    while (run.months < options.months && !isOver()) await run.month();
    return run.document(Math.round((performance.now() - beganMs) / 100) / 10);
  } finally {
    await proxied.close();
  }
}

class Soak {
  months = 0;
  private readonly world: World;
  private readonly proxied: Proxied;
  private readonly options: SoakOptions;
  private readonly random: () => number;
  private readonly gauges: Gauges[] = [];
  private readonly stories: string[] = [];
  private readonly calendar: Calendar;
  private counts = { deleted: 0, commands: 0, kills: 0, faults: 0, lost: 0, notConverged: 0 };

  constructor(proxied: Proxied, options: SoakOptions) {
    this.proxied = proxied;
    this.world = proxied.world;
    this.options = options;
    this.random = seededRandom(options.seed);
    this.calendar = new Calendar(this.world, options.series, this.random);
  }

  document(seconds: number): SoakDocument {
    const { seed, series } = this.options;
    const { months, gauges, stories } = this;
    return { seed, months, series, ...this.counts, gauges, stories, seconds };
  }

  private below(n: number): number {
    return Math.floor(this.random() * n);
  }

  /** One month from its points to its closed receipt. */
  async month(): Promise<void> {
    const truth = this.calendar.next();
    const isOpen = (): boolean => !this.isClosed(truth.period);
    for (let i = 0; i < ROUNDS.faulty && isOpen(); i++) await this.round(truth, true);
    this.calm();
    for (let i = 0; i < ROUNDS.calm && isOpen(); i++) await this.round(truth, false);
    if (isOpen()) {
      this.counts.notConverged++;
      this.stories.push(`${truth.period} was not closed: ${await this.state()}`);
    } else {
      this.counts.deleted += truth.size - truth.inHot();
      truth.forget();
    }
    this.calendar.done();
    this.months++;
    this.world.warp10.requests.length = 0;
    this.gauges.push(await readGauges(this.world));
    const { rssMb, fds } = this.gauges.at(-1) ?? {};
    this.options.tell(
      `${truth.period}: ${truth.size} points, ${this.counts.kills} kills, ` +
        `${this.counts.faults} faults so far, lost ${this.counts.lost}; ${rssMb} MB, ${fds} files`,
    );
  }

  private async round(truth: Truth, faulty: boolean): Promise<void> {
    if (this.options.signal.aborted) throw this.options.signal.reason;
    if (faulty) this.arm();
    for (const step of ["plan", "archive", "verify"]) await this.command(step, faulty);
    if (faulty && this.below(3) === 0) this.late(truth);
    this.calendar.pass(16 * DAY_MS);
    const held = faulty && this.below(4) === 0;
    if (held) await this.world.run("hold", "world", "--reason", "the soak says so");
    await this.command("plan", faulty);
    const before = truth.inHot();
    await this.command("purge", faulty);
    if (held && truth.inHot() < before && (await this.isHeld())) {
      this.counts.lost++;
      this.stories.push(`${truth.period}: something was deleted under a hold`);
    }
    for (const one of this.calendar.open) await this.judge(one);
    if (!faulty || held) await this.liftAll();
  }

  private arm(): void {
    const seed = this.below(1_000_000_000);
    this.proxied.hot.faults.push(...drawScript(seed, 4, 120, HOT_KINDS));
    this.proxied.store.faults.push(...drawScript(seed + 1, 6, 400, KINDS));
  }

  private calm(): void {
    for (const proxy of [this.proxied.hot, this.proxied.store]) {
      this.counts.faults += proxy.faults.struck.length;
      proxy.faults.struck.length = 0;
    }
    this.proxied.calm();
  }

  /** Points that come late, and one that is written again, for a few series. */
  private late(truth: Truth): void {
    for (let i = 0; i < 5; i++) {
      const s = this.below(this.options.series);
      const again = truth.range.start + BigInt(s) * 1000n;
      truth.write(`h${s}`, [again, again + 1n], [this.below(1_000_000), this.below(1_000_000)]);
    }
  }

  /** One command; every sixth as a process of its own that is killed in the middle. */
  private async command(step: string, mayDie: boolean): Promise<void> {
    this.counts.commands++;
    if (!mayDie || this.below(6) > 0) {
      await this.world.run(step);
      return;
    }
    const { child, ended } = startCli(this.world, step);
    const dead = new AbortController();
    const blow = sleep(300 + this.below(3_000), undefined, { signal: dead.signal })
      .then(() => child.kill("SIGKILL"))
      .catch(() => false);
    await ended;
    dead.abort();
    if (await blow) this.counts.kills++;
  }

  private async judge(truth: Truth): Promise<void> {
    const lost = await truth.lost();
    if (lost.length === 0) return;
    this.counts.lost += lost.length;
    this.stories.push(`${truth.period}: ${lost.length} points are nowhere, ${lost[0]} the first`);
  }

  private isClosed(period: string): boolean {
    const prefix = `closed/world/${period}/`;
    return [...this.world.cellar.objects(BUCKET).keys()].some((key) => key.startsWith(prefix));
  }

  /** Keys of the holds in force. */
  private async holds(): Promise<string[]> {
    const { stdout } = await this.world.run("status", "--json");
    return [...new Set([...stdout.matchAll(/"key":"(holds\/[^"]+)"/g)].map((m) => m[1] ?? ""))];
  }

  private async isHeld(): Promise<boolean> {
    return (await this.holds()).length > 0;
  }

  /** A person looks at what is held and lifts it. */
  private async liftAll(): Promise<void> {
    for (const key of await this.holds()) {
      await this.world.run("lift", "world", key, "--reason", "looked at");
    }
  }

  private async state(): Promise<string> {
    return (await this.world.run("status", "--json")).stdout.slice(0, 2_000);
  }
}
