// What HFFETCH reads of a sealed file: the only proof of what the file holds. First it is proven
// that the store serves the bucket's very bytes; then it is asked.
import type { Manifest } from "../../ledger/records.ts";
import { cutRange } from "../../plan/slices.ts";
import type { Clock } from "../../runtime/clock.ts";
import { asCellarmanError, CellarmanError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import type { Range } from "../../warp10/range.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import type { Point, SeriesTotals } from "../points.ts";
import { type Abilities, discover, limitsParam } from "./abilities.ts";
import { addTotals, boundsOf, callScript, readTotals, type ServerTotals } from "./answer.ts";
import { readColdPoints } from "./cold-points.ts";
import type { HfileLimits } from "./limits.ts";
import type { ServedFiles } from "./served-files.ts";

/** Reading sealed HFiles through the store that serves them. */
export interface HfileArchive {
  /**
   * Proves that the store serves exactly the bucket's bytes; puts them there where they are not.
   * Throws "blocked" where it serves others, or nobody can tell.
   */
  proveServed(manifest: Manifest): Promise<void>;
  /**
   * Totals of a sealed attempt in a range. `expected`: of the whole of it; a file that was put
   * there just now may take a while to be seen.
   */
  totals(manifest: Manifest, range: Range, isExpected?: Expectation): Promise<Totals>;
  /** Points of some series of a sealed attempt in a range, newest first, by identity. */
  points(
    manifest: Manifest,
    wanted: ReadonlySet<string>,
    range: Range,
  ): Promise<Map<string, Point[]>>;
}

type Totals = readonly SeriesTotals[];
/** Whether totals are what they should be: until then the store is asked again, for a while. */
type Expectation = (totals: Totals) => boolean;

/** What an archive is read with. */
export interface ArchiveWork {
  /** With the token that reads the store. */
  readonly scripts: Scripts;
  readonly store: { readonly name: string; readonly root: string | null };
  readonly served: ServedFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HfileLimits;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the archive of a flow; asks nothing yet. */
export function openHfileArchive(work: ArchiveWork): HfileArchive {
  let known: Promise<Abilities> | undefined;
  const abilities = (): Promise<Abilities> => {
    known ??= discover(work.scripts, { deadlineMs: work.limits.askMs });
    return known;
  };
  const reader = new StoreReader(work, abilities);
  return {
    proveServed: (manifest) => work.served.prove(manifest),
    totals: (manifest, range, isExpected) => reader.totals(manifest, range, isExpected),
    points: (manifest, wanted, range) => reader.points(manifest, wanted, range),
  };
}

class StoreReader {
  private readonly work: ArchiveWork;
  private readonly abilities: () => Promise<Abilities>;

  constructor(work: ArchiveWork, abilities: () => Promise<Abilities>) {
    this.work = work;
    this.abilities = abilities;
  }

  async totals(manifest: Manifest, range: Range, isExpected: Expectation = () => true) {
    const { clock, limits, signal } = this.work;
    const latestMs = clock.now() + limits.catalogueMs;
    let isFirst = true;
    for (;;) {
      let failure: CellarmanError | undefined;
      try {
        const totals = await this.ask(manifest, range);
        if (isExpected(totals) || clock.now() >= latestMs) return totals;
      } catch (thrown) {
        failure = asCellarmanError(thrown);
        if (failure.code !== "server" || clock.now() >= latestMs) throw failure;
      }
      if (isFirst) await this.catalogue(manifest);
      else await clock.sleep(limits.pollMs, signal);
      isFirst = false;
    }
  }

  private async ask(manifest: Manifest, range: Range): Promise<Totals> {
    const points = Number(manifest.points);
    const slices = cutRange(range, Math.ceil(points / this.work.limits.coldPoints));
    const parts: ServerTotals[] = [];
    for (const slice of slices) parts.push(...(await this.digest(manifest, slice)));
    return addTotals(parts);
  }

  /** One slice's digest; in halves where the server's limits are too low for it. */
  private async digest(manifest: Manifest, slice: Range): Promise<ServerTotals[]> {
    const what = "digesting the archive";
    const params = await this.params(manifest, slice);
    try {
      const { result } = await callScript(
        this.work.scripts,
        "digest-cold",
        { what, params },
        this.reading(),
      );
      return [readTotals(what, result)];
    } catch (thrown) {
      const halves = halvesFor(thrown, slice);
      const parts: ServerTotals[] = [];
      for (const half of halves) parts.push(...(await this.digest(manifest, half)));
      return parts;
    }
  }

  async points(manifest: Manifest, wanted: ReadonlySet<string>, range: Range) {
    const points = new Map<string, Point[]>();
    for await (const result of this.pointSlices(manifest, range)) {
      for (const [identity, series] of readColdPoints(result)) {
        // Slices come oldest first, the points of each newest first.
        if (wanted.has(identity)) {
          points.set(identity, [...series.points, ...(points.get(identity) ?? [])]);
        }
      }
    }
    return points;
  }

  /** Answers of `points-cold`, oldest slice first; halved where one is too large. */
  private async *pointSlices(
    manifest: Manifest,
    range: Range,
  ): AsyncGenerator<unknown, void, undefined> {
    const { start, end } = whole(manifest);
    const within = {
      start: range.start > start ? range.start : start,
      end: range.end < end ? range.end : end,
    };
    const points = Number(manifest.points);
    for (const slice of cutRange(within, Math.ceil(points / this.work.limits.sentPoints))) {
      yield* this.sendSlice(manifest, slice);
    }
  }

  private async *sendSlice(
    manifest: Manifest,
    slice: Range,
  ): AsyncGenerator<unknown, void, undefined> {
    const params = await this.params(manifest, slice);
    const call = { what: "reading points of the archive", params };
    let halves: readonly Range[] = [];
    try {
      yield (await callScript(this.work.scripts, "points-cold", call, this.reading())).result;
    } catch (thrown) {
      halves = halvesFor(thrown, slice);
    }
    for (const half of halves) yield* this.sendSlice(manifest, half);
  }

  private async params(manifest: Manifest, range: Range) {
    const limits = limitsParam(await this.abilities());
    const { selector } = manifest;
    return { store: this.nameOf(manifest), selector, ...boundsOf(range), limits };
  }

  private reading() {
    const { signal } = this.work;
    return signal ? { signal } : {};
  }

  /** A store of its own for each generation, where we may open one: files never mix. */
  private nameOf({ hfile }: Manifest): string {
    const { name, root } = this.work.store;
    return root === null ? name : `${name}.${hfile?.generation ?? ""}`;
  }

  /**
   * Has the store see the file. What these words leave or refuse is not documented: whether the
   * file can be read is seen by reading it.
   */
  private async catalogue(manifest: Manifest): Promise<void> {
    const { root } = this.work.store;
    const store = this.nameOf(manifest);
    const folder = root === null ? undefined : `${root}/${manifest.hfile?.generation ?? ""}`;
    const steps = [
      ...(folder === undefined ? [] : [{ store, open: { root: folder } }]),
      { store, cat: { selector: "~.*{}" } },
      { store, rescan: true },
    ];
    for (const params of steps) {
      try {
        const call = { what: "opening the archived file", params };
        await callScript(this.work.scripts, "open", call, { deadlineMs: this.work.limits.askMs });
      } catch (thrown) {
        this.work.signal?.throwIfAborted();
        this.work.log.debug(asCellarmanError(thrown).message);
      }
    }
  }
}

const whole = ({ range }: Manifest): Range => ({
  start: BigInt(range.start),
  end: BigInt(range.end),
});

/** The two halves of a range that was too much for the server; anything else is thrown on. */
function halvesFor(thrown: unknown, range: Range): Range[] {
  const isLimit = thrown instanceof CellarmanError && thrown.code === "limit";
  if (!isLimit || range.start === range.end) throw thrown;
  return cutRange(range, 2);
}
