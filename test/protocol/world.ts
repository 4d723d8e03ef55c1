// The world of one history: time, hot store, bucket, fence, and what is known of each runner.
import type { TimeUnit } from "../../src/warp10/range.ts";
import type { CellarmanError } from "../../src/runtime/errors.ts";
import { Branch } from "./branch.ts";
import { Bucket, type Stored } from "./bucket.ts";
import type { Chance } from "./chance.ts";
import { HotStore, pointName, pointsIn, type QueuedDelete, valueName } from "./model-series.ts";
import { moveWorld } from "./moves.ts";
import { Promises } from "./promises.ts";
import { type Life, Scheduler } from "./scheduler.ts";
import { CALM, type Conduct, type Place, type Rates, type Skews, START_MS } from "./settings.ts";

/** What a history begins with. */
export interface WorldOptions {
  readonly seed: number;
  /** Rare things that may happen; left out: all. */
  readonly allowed?: ReadonlySet<string>;
  /** Writers write at any moment, and the flow accepts it. */
  readonly unfenced?: boolean;
}

/** The world of one history. */
export class World {
  readonly chance: Chance;
  readonly place: Place;
  readonly isUnfenced: boolean;
  readonly hot: HotStore;
  readonly bucket: Bucket;
  readonly scheduler: Scheduler;
  readonly promise: Promises;
  readonly story: string[] = [];
  readonly unit: TimeUnit = "ms";
  readonly ingress: { readonly address: string; isFenced: boolean }[];
  conduct: Conduct;
  nowMs: number;
  /** Effects so far; each has been judged before the next. */
  effects: number;
  /** A promise was broken, or too many calls were made: every runner stops. */
  isOver = false;
  wantsFence = false;
  /** The effect by which the default branch's policy came to say `hold: all`. */
  policyHeldAt: number | undefined;
  lastRefusedMs: number;
  private isChanged = false;

  /** A world at its beginning, or, with `before`, at the end of another. */
  constructor(chance: Chance, place: Place, conduct: Conduct, before?: World) {
    this.chance = chance;
    this.place = place;
    this.conduct = conduct;
    const fence = place.flow.purge.writeFence;
    this.isUnfenced = fence?.kind !== "probe";
    this.skewMs = { ...place.skewMs };
    this.branch = new Branch(place.version);
    this.nowMs = before?.nowMs ?? START_MS;
    this.effects = before?.effects ?? 0;
    this.lastRefusedMs = before?.lastRefusedMs ?? 0;
    this.hot = new HotStore(before?.hot.series);
    const { objects } = before?.bucket ?? {};
    this.bucket = new Bucket(place.ignoresConditions, () => this.storeMs(), objects);
    this.scheduler = new Scheduler(this);
    this.promise = new Promises(this, before?.promise);
    const addresses = fence?.kind === "probe" ? fence.probe : [];
    const { isFenced } = conduct;
    this.ingress = addresses.map((address) => ({ address, isFenced }));
  }

  /** How far each clock is off now, ms. */
  readonly skewMs: Skews;
  readonly branch: Branch;

  get rates(): Rates {
    return this.conduct.rates;
  }

  /** Nothing goes wrong any more. */
  get isCalm(): boolean {
    return this.conduct === CALM;
  }

  get lagMs(): number {
    const fence = this.place.flow.purge.writeFence;
    return fence?.kind === "probe" ? fence.lagMs : 600_000;
  }

  /** The store's clock, ms. */
  storeMs(): number {
    return this.nowMs + this.skewMs.store;
  }

  /** A line of the story. */
  tell(who: string, what: string): void {
    const time = new Date(this.nowMs).toISOString().slice(5, 23);
    this.story.push(`${time} ${who} ${what}`);
  }

  /** Called before each call of a runner. */
  moveOn(life: Life, step: string): void {
    this.nowMs += 5;
    this.settleWrites();
    if (!this.isCalm) moveWorld(this, step, life.watch.isNearDelete);
  }

  /** Time that passes at once. */
  pass(ms: number, what: string): void {
    this.nowMs += ms;
    this.tell("the clock", what);
    this.settleWrites();
  }

  /** Draws what goes wrong in a call, if anything does. */
  fault<T extends string>(
    life: Life,
    step: string,
    call: string,
    kinds: readonly [T, ...T[]],
  ): T | undefined {
    const times = life.watch.isNearDelete ? (call.startsWith("fetch") ? 12 : 4) : 1;
    return this.rareFault(life, step, call, kinds, times);
  }

  /** The same, so many times as likely. */
  rareFault<T extends string>(
    life: Life,
    step: string,
    call: string,
    kinds: readonly [T, ...T[]],
    times: number,
  ): T | undefined {
    if (!this.chance.happens(`${step} fault`, this.rates.faults * times)) return undefined;
    const kind = this.chance.oneOf(`${step} fault kind`, kinds);
    this.tell(life.actor.name, `${call} ${kind}`);
    return kind;
  }

  /** Notes that a call failed, and returns its error. */
  failed(life: Life, call: string, error: CellarmanError): CellarmanError {
    life.watch.failed(call);
    return error;
  }

  /** Whether writers can put points into the period. */
  takesOldPoints(): boolean {
    return this.isUnfenced || this.ingress.some((one) => !one.isFenced);
  }

  /** Makes acknowledged points visible whose time has come. */
  settleWrites(): void {
    const { pending } = this.hot;
    for (let i = 0; i < pending.length;) {
      const write = pending[i];
      if (!write || write.visibleAtMs > this.nowMs) {
        i++;
        continue;
      }
      pending.splice(i, 1);
      write.series.points.set(write.timestamp, write.value);
      this.promise.written(pointName(write.series.identity, write.timestamp), write.value);
    }
  }

  /** Stores an object, and notes that the archive may have changed. */
  store(key: string, bytes: Uint8Array, by?: Life): Stored {
    const stored = this.bucket.put(key, bytes);
    this.effects++;
    if (/^(seals|markers|intents|withdrawn|data|plans|verified)\//.test(key)) this.isChanged = true;
    this.promise.stored(key, this.effects, by);
    return stored;
  }

  /** An object gets other bytes: for mutants alone. */
  overwrite(key: string, bytes: Uint8Array): void {
    this.bucket.objects.set(key, { bytes: Uint8Array.from(bytes), lastModifiedMs: this.storeMs() });
    this.isChanged = true;
  }

  /** The store loses an object. */
  remove(key: string): void {
    this.bucket.lose(key);
    this.isChanged = true;
  }

  /** Applies a queued delete once. */
  applyDelete(order: QueuedDelete): void {
    order.times--;
    if (order.times <= 0) this.hot.queued.splice(this.hot.queued.indexOf(order), 1);
    let points = 0;
    for (const series of order.series) {
      for (const [timestamp, value] of pointsIn(series, order.range)) {
        series.points.delete(timestamp);
        this.promise.deleted(pointName(series.identity, timestamp), value, order);
        points++;
        this.tell("the server", `deletes ${series.identity} ${timestamp} = ${valueName(value)}`);
      }
    }
    if (points > 0) this.isChanged = true;
  }

  /** Judges what the last effect changed. */
  async checked(): Promise<void> {
    if (!this.isChanged || this.isOver) return;
    this.isChanged = false;
    await this.promise.checkArchive();
    await this.promise.checkNumbers();
  }

  /** A gate is between its first listing and its end. */
  someGateReads(): boolean {
    return this.scheduler.lives().some(({ watch }) => watch.gate !== undefined);
  }

  /** A runner is between its last dry run and its delete. */
  someDeleteIsNear(): boolean {
    return this.scheduler.lives().some(({ watch }) => watch.isPastLastDryRun);
  }
}
