// The promises of design §3, judged after every effect by what the world really holds.
import type { Value } from "../../src/archive/points.ts";
import { readRecord } from "../../src/cellar/records.ts";
import { purgeDigest } from "../../src/flow/digest.ts";
import type { Flow } from "../../src/flow/flow.ts";
import { purgeListRecord } from "../../src/ledger/receipts.ts";
import type { Range } from "../../src/warp10/range.ts";
import { type ArchiveRead, ArchiveTruth } from "./archive-truth.ts";
import { fetchCall } from "./hot-port.ts";
import {
  type ModelSeries,
  pointName,
  pointsIn,
  type QueuedDelete,
  valueName,
} from "./model-series.ts";
import { CLOCKS_MS, reliesOn } from "./reliance.ts";
import type { Life } from "./scheduler.ts";
import { DAY_MS, PERIOD, RANGE } from "./settings.ts";
import { activeHold } from "./truth-holds.ts";
import { hasIntentOf } from "./truth-intents.ts";
import { wrongNumber } from "./truth-numbers.ts";
import { originsIn } from "./truth-plans.ts";
import type { Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** A promise that was broken. */
export interface Broken {
  readonly promise: string;
  readonly what: string;
}

/** What a deletion owes: the deleted value, or one that was written later. */
interface Owed {
  readonly value: string;
  readonly later: Set<string>;
}

/** One delete as it is about to be sent. */
export interface DeleteSent {
  readonly selector: string;
  readonly range: Range;
  readonly series: readonly ModelSeries[];
  readonly batch: string;
}

/** Judges one history. */
export class Promises {
  broken: Broken | undefined;
  /** Points that really left the hot store. */
  deletedPoints = 0;
  /** Points that were deleted and are nowhere; only unfenced histories go on after that. */
  lost = new Set<string>();
  /** Receipts whose numbers were not judged yet. */
  private readonly fresh: string[] = [];
  private readonly world: World;
  private readonly owed: Map<string, Owed>;
  private readonly truth: ArchiveTruth;
  /** The number of the effect that stored each object. */
  private readonly storedAt: Map<string, number>;

  constructor(world: World, before?: Promises) {
    this.world = world;
    this.owed = new Map(before?.owed);
    this.storedAt = new Map(before?.storedAt);
    for (const [name, { value, later }] of this.owed) {
      this.owed.set(name, { value, later: new Set(later) });
    }
    const { name } = world.place.flow;
    this.truth = new ArchiveTruth(world.bucket, { flow: name, period: PERIOD });
  }

  /** A point became visible in hot. */
  written(name: string, value: Value): void {
    this.owed.get(name)?.later.add(valueName(value));
  }

  /** `by`: who stored it; undefined where it was under way since its writer's time. */
  stored(key: string, effect: number, by?: Life): void {
    if (by) this.judgeHold(key, by);
    if (by && key.startsWith("verified/")) this.fresh.push(key);
    if (!this.storedAt.has(key)) this.storedAt.set(key, effect);
    // Racing writers of one computed key are left out (design §3): such a record says the same
    // twice.
    const rewritten = this.world.bucket.rewritten.find((k) => !/\/\d+$|^withdrawn\//.test(k));
    if (rewritten !== undefined) this.breaks("I4", `${rewritten} held two contents`);
  }

  /** I6: what another runner's delete took away is no quarantine. */
  private judgeHold(key: string, { watch }: Life): void {
    const [role, kind, flow, period, batch] = key.split("/");
    if (role !== "holds" || kind !== "batch") return;
    const { bytes } = this.world.bucket.objects.get(key) ?? {};
    const { by, finding } = JSON.parse(Buffer.from(bytes ?? []).toString("utf8") || "{}");
    const intent = this.storedAt.get(`intents/${flow}/${period}/${batch}/1`);
    if (by !== "tool" || finding === null || intent === undefined) return;
    if (intent <= watch.readAt) {
      this.breaks("I6", `${batch} is quarantined for what another runner was deleting`);
    }
  }

  /** A point left the hot store. */
  deleted(name: string, value: Value, order: QueuedDelete): void {
    this.deletedPoints++;
    this.owed.set(name, { value: valueName(value), later: new Set() });
    if (this.world.isUnfenced) return;
    const seen = order.seen.get(name);
    if (seen === undefined || valueName(seen) !== valueName(value)) {
      this.breaks("I3", `${name} = ${valueName(value)} was deleted, and no gate had seen it`);
    }
  }

  /** What the archive really holds. */
  archive(): Promise<ArchiveRead> {
    return this.truth.read();
  }

  /** I10: what receipts tell is what there is. Judged before the world moves on. */
  async checkNumbers(): Promise<void> {
    for (const key of this.fresh.splice(0)) {
      const wrong = await wrongNumber(this.world, key);
      if (wrong !== undefined) this.breaks("I10", wrong);
    }
  }

  /** I1: every point ever deleted is, now, readable under the archive's view, with its value. */
  async checkArchive(): Promise<void> {
    if (this.owed.size === 0) return;
    const archive = await this.truth.read();
    for (const [name, owed] of this.owed) {
      const why = whyLost(archive, name, owed);
      if (why === undefined) continue;
      if (this.world.isUnfenced) this.lost.add(name);
      else this.breaks("I1", `${name} = ${owed.value} was deleted: ${why}`);
    }
  }

  /** Judges a delete before the server takes it. */
  async judge(life: Life, sent: DeleteSent): Promise<void> {
    const { watch } = life;
    const { gate } = watch;
    const inside = sent.range.start >= RANGE.start && sent.range.end <= RANGE.end;
    if (!inside) this.breaks("I3", `a delete of ${sent.range.start}..${sent.range.end}`);
    if (!gate) return this.breaks("I2", "a delete without a gate");
    const [failed] = gate.failed;
    if (failed !== undefined) this.breaks("I8", `a delete though this failed: ${failed}`);
    if ((watch.fetched.get(fetchCall(sent.selector, sent.range))?.size ?? 0) === 0)
      this.breaks("I12", "a delete of an empty range");
    const origin = (await originsIn(this.world)).get(sent.batch);
    const flow = this.flowOf(watch);
    if (flow.purge.mode === "never") this.breaks("I7", "a delete of a flow that purges never");
    if (origin?.purgeDigest !== purgeDigest(flow)) {
      this.breaks("I7", "a delete by a plan that was made from another flow");
    }
    const batches = new Set([sent.batch, ...(origin?.parents ?? [])]);
    const hold = await activeHold(this.world, batches, (key) => {
      const effect = this.storedAt.get(key) ?? 0;
      // Scopes are asked for at once: what was put after its own answer came is a later hold.
      return effect < (watch.holdsAsked.get(key) ?? gate.effect);
    });
    const { policyHeldAt } = this.world;
    if (policyHeldAt !== undefined && policyHeldAt < watch.policyAsked) {
      this.breaks("I9", "a delete though the default branch holds all");
    }
    if (hold !== undefined) this.breaks("I9", `a delete though this holds: ${hold}`);
    if (!(await hasIntentOf(this.world, sent, life.process))) {
      this.breaks("I2", "a delete without an intent on record");
    }
    await this.judgeContents(sent, gate.storeMs, flow);
    await this.judgeList(sent.batch, life.beganMs);
  }

  /** The flow by which a gate had to go: the default branch's when it last asked. */
  private flowOf(watch: Watch): Flow {
    const { place, branch } = this.world;
    return place.isAuthoritative ? place.flow : branch.flowAt(watch.flowAsked);
  }

  private async judgeContents(sent: DeleteSent, gateMs: number, flow: Flow): Promise<void> {
    const archive = await this.truth.read();
    for (const series of sent.series) {
      for (const [timestamp, value] of pointsIn(series, sent.range)) {
        const name = pointName(series.identity, timestamp);
        const values = archive.values(name);
        const wanted = valueName(value);
        if (values.size !== 1 || !values.has(wanted)) {
          if (this.world.isUnfenced) continue;
          const has = [...values].join(" or ") || "nothing";
          this.breaks("I1", `${name} = ${wanted} is deleted, the archive has ${has}`);
        }
        const keys = archive.holders(name).filter((h) => h.value === wanted);
        const seals = keys.flatMap((h) => archive.seals.get(h.seal) ?? []);
        const why = await reliesOn(this.world, seals, gateMs, flow);
        if (why !== undefined && seals.length > 0) this.breaks("I2", `${name} is deleted: ${why}`);
      }
    }
  }

  /** Nothing is deleted but what a purge list named that was at most a day old. */
  private async judgeList(batch: string, beganMs: number): Promise<void> {
    const { bucket, place } = this.world;
    for (const key of bucket.keysUnder(`lists/${place.flow.name}/`)) {
      const list = await readRecord(bucket.truth, key, purgeListRecord).catch(() => undefined);
      // A process reads the newest list once, when it begins, and dates it by the store's clock.
      const isNamed = list?.value.entries.some((entry) => entry.batch === batch);
      if (list && isNamed && beganMs - list.lastModifiedMs <= DAY_MS + CLOCKS_MS) return;
    }
    this.breaks("I2", "a delete that no purge list names");
  }

  /** Notes a broken promise; the first one counts, and ends the history. */
  breaks(promise: string, what: string): void {
    if (this.broken) return;
    this.broken = { promise, what };
    this.world.tell("PROMISE BROKEN:", `${promise}: ${what}`);
    this.world.isOver = true;
  }
}

function whyLost(archive: ArchiveRead, name: string, owed: Owed): string | undefined {
  const values = archive.values(name);
  if (values.size === 0) return "the archive has nothing of it";
  const isOwed = (value: string): boolean => value === owed.value || owed.later.has(value);
  const other = [...values].find((value) => !isOwed(value));
  if (other !== undefined) return `the archive says ${other}`;
  return undefined;
}
