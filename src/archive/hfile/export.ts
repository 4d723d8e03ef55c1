// The exporter of HFiles: a generation on the server, its files into the bucket, its totals by the
// macro that saw every point. What is recorded before the call lets another process go on with it.
import type { LargeCold } from "../../cellar/large.ts";
import type { HFileExport } from "../../flow/flow.ts";
import { hidingPoints } from "../../report/token-attributes.ts";
import type { Clock } from "../../runtime/clock.ts";
import { asCellarmanError, CellarmanError, type ErrorCode } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import type { Retrying } from "../../runtime/retry.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import type { ExportedObject, Exporter, ExportOrder, HfileFacts } from "../exporter.ts";
import { type Abilities, discover } from "./abilities.ts";
import { beginGeneration, type Generated, lostGeneration, resumeGeneration } from "./generate.ts";
import { assertOpen, endGeneration, openGeneration, type OpenGeneration } from "./generations.ts";
import type { DumpedFile, HandOver } from "./hand-over.ts";
import { digestHot } from "./hot-digests.ts";
import type { HfileLimits } from "./limits.ts";
import { findFiles, infoNames, ownNames } from "./names.ts";
import { newGeneration } from "./new-generation.ts";
import { putFile } from "./put-files.ts";
import type { SessionPorts, SessionProgress } from "./session.ts";

/** What the exporter works with. */
export interface HfileWork {
  readonly scripts: Scripts;
  readonly large: LargeCold;
  readonly handOver: HandOver;
  readonly form: HFileExport;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HfileLimits;
  /** Longest generation, ms. */
  readonly timeboxMs: number;
  /** Meets passing failures of store and hand-over. */
  readonly retry: Retrying;
  readonly onProgress: (
    batch: string,
    progress: SessionProgress & { readonly expected: bigint | undefined },
  ) => void;
}

/** An exporter for one flow's batches. */
export function hfileExporter(work: HfileWork): Exporter {
  const results = new Map<string, Generated>();
  let known: Promise<Abilities> | undefined;
  const abilities = async (): Promise<Abilities> => {
    known ??= discover(work.scripts, { deadlineMs: work.limits.askMs });
    try {
      return await known;
    } catch (thrown) {
      known = undefined;
      throw thrown;
    }
  };
  return (order) => {
    const one = new OneExport(work, order, results, abilities);
    return {
      objects: one.objects(),
      totals: () => one.made().generated.totals,
      hfile: () => one.facts(),
      sealed: () => one.sealed(),
    };
  };
}

interface Made {
  readonly open: OpenGeneration;
  readonly generated: Generated;
}

class OneExport {
  private readonly work: HfileWork;
  private readonly order: ExportOrder;
  private readonly abilities: () => Promise<Abilities>;
  private done: Made | undefined;
  /** Of this process, by generation: an upload that is tried again needs no result again. */
  private readonly results: Map<string, Generated>;

  constructor(
    work: HfileWork,
    order: ExportOrder,
    results: Map<string, Generated>,
    abilities: () => Promise<Abilities>,
  ) {
    this.results = results;
    this.work = work;
    this.order = order;
    this.abilities = abilities;
  }

  async *objects(): AsyncGenerator<ExportedObject, void, undefined> {
    await this.refuseThinning();
    const { ledger } = this.order;
    const { cold, at, process } = ledger;
    const open = await openGeneration(cold, at, process, async () =>
      newGeneration(this.order, await this.abilities(), this.work),
    );
    const { generation, file } = open.record.value;
    let isMade = false;
    try {
      const generated = await this.generate(open);
      isMade = true;
      const files = generated.points === 0n ? [] : await this.findFiles(open);
      const { large, retry } = this.work;
      const ports = { cold, large, retry, process, signal: ledger.signal };
      for (const found of files) {
        const rows = found.name === file ? Number(generated.points) : 0;
        yield { stored: await putFile(ports, { at, generation }, found, rows) };
      }
      await assertOpen(cold, at, open.n);
      this.done = { open, generated };
    } catch (thrown) {
      await this.failed(open, thrown, isMade);
      throw thrown;
    }
  }

  made(): Made {
    if (this.done) return this.done;
    throw new CellarmanError("internal", "the generation is not done");
  }

  facts(): HfileFacts {
    const { open, generated } = this.made();
    const { generation, file, saw, sawIntents } = open.record.value;
    const { version, result, infosField, fetched, elapsedMs } = generated;
    return {
      manifest: {
        generation,
        file,
        version,
        result,
        infosField,
        fetched: fetched === null ? null : String(fetched),
        elapsedMs,
        proof: this.work.form.store ? "hffetch" : "dump-digest",
      },
      seen: { saw, sawIntents },
    };
  }

  /** The generation ends; its files leave the dump folder, unless the store serves that. */
  async sealed(): Promise<void> {
    const { open } = this.made();
    const { cold, at, process } = this.order.ledger;
    const { store } = this.work.form;
    const stay = store !== null && store.directory === null;
    const { generation } = open.record.value;
    this.results.delete(generation);
    const end = { generation, outcome: "sealed" as const };
    await endGeneration(cold, at, process, open.n, { ...end, why: "", files: [] });
    if (stay) return;
    // Those of a batch without points were not handed over, and are ours all the same.
    for (const name of ownNames(open.record.value.file)) {
      try {
        if (await this.work.handOver.find(name)) await this.work.handOver.remove(name);
      } catch (thrown) {
        this.work.log.warn(`${name} stays behind: ${asCellarmanError(thrown).message}`);
      }
    }
  }

  /**
   * A token that hides points would hide them from every count alike (facts warp10 §1.2, trap 7).
   */
  private async refuseThinning(): Promise<void> {
    const { attributes } = await this.order.hot.tokenFacts(this.order.limits);
    const hiding = hidingPoints(attributes ?? {});
    if (hiding.length === 0) return;
    throw new CellarmanError("mismatch", `the read token hides points: ${hiding.join(", ")}`, {
      hint: "Use a read token without these attributes: HFDUMP would leave points out.",
    });
  }

  private async generate(open: OpenGeneration): Promise<Generated> {
    const has = await this.abilities();
    const { clock, log, limits, scripts, onProgress, form } = this.work;
    const { at, signal, points } = this.order.ledger;
    const expected = points === null ? undefined : BigInt(points);
    const ports: SessionPorts = {
      scripts,
      clock,
      log,
      limits,
      listsSessions: has.has("WSINFO"),
      signal,
      onProgress: (progress) => onProgress(at.batch, { ...progress, expected }),
    };
    const { generation } = open.record.value;
    const known = this.results.get(generation);
    if (known) return known;
    const generated = open.isResumed
      ? await resumeGeneration(ports, open.record)
      : await beginGeneration(ports, has, open.record, form);
    const made = generated ?? (await this.recount(open, has.version));
    if (!made) throw lostGeneration(ports, open.record);
    this.results.set(generation, made);
    return made;
  }

  /**
   * A generation whose result nobody kept, and that wrote its catalogue file, which comes last:
   * what it was handed is read again. Whether the file holds that is for verify to prove.
   */
  private async recount(open: OpenGeneration, version: string): Promise<Generated | undefined> {
    const { selector, range, hot, limits, ledger } = this.order;
    const { file } = open.record.value;
    const infos = await Promise.all(infoNames(file).map((n) => this.work.handOver.find(n)));
    if (infos.every((found) => found === undefined)) return undefined;
    const { scripts } = this.work;
    const estimate = BigInt(ledger.points ?? 0);
    const totals = await digestHot({ scripts, hot }, selector, range, limits, estimate);
    const points = totals.reduce((n, t) => n + BigInt(t.points), 0n);
    const untold = { infos: undefined, infosField: null, fetched: null, elapsedMs: null };
    return { totals, points, version, result: "recounted", ...untold };
  }

  private findFiles(open: OpenGeneration): Promise<readonly DumpedFile[]> {
    const { handOver, clock, limits } = this.work;
    return findFiles(open.record.value.file, { handOver, clock, limits }, this.order.ledger.signal);
  }

  /**
   * Ends the generation where it is of no use any more. Not where it may run on (the answer did not
   * come, or we were stopped and asked for its end), nor where its file is whole and was only cut
   * on its way to the bucket: then the next attempt, here or elsewhere, goes on with it.
   */
  private async failed(open: OpenGeneration, thrown: unknown, isMade: boolean): Promise<void> {
    const error = asCellarmanError(thrown);
    const goesOn = isMade ? !WRONG_FILE.has(error.code) : MAY_RUN.has(error.code);
    if (goesOn || this.order.ledger.signal?.aborted === true) return;
    const { cold, at, process } = this.order.ledger;
    const { generation, file } = open.record.value;
    const end = { generation, outcome: "failed" as const, why: error.message };
    try {
      await endGeneration(cold, at, process, open.n, { ...end, files: ownNames(file) });
    } catch (cause) {
      this.work.log.debug(asCellarmanError(cause).message);
    }
  }
}

/** Failures that say nothing of a generation's end. */
const MAY_RUN: ReadonlySet<ErrorCode> = new Set(["network", "stalled", "interrupted"]);
/** Failures of a finished generation that no repetition cures. */
const WRONG_FILE: ReadonlySet<ErrorCode> = new Set(["mismatch", "unreadable", "blocked"]);
