// The exporter of HFiles: a generation on the server, its files into the bucket, its totals by the
// macro that saw every point. What is recorded before the call lets another process go on with it.
import type { LargeCold } from "../../cellar/large.ts";
import type { HFileExport } from "../../flow/flow.ts";
import type { Generation } from "../../ledger/generations.ts";
import { hidingPoints } from "../../report/token-attributes.ts";
import type { Clock } from "../../runtime/clock.ts";
import { asCellarmanError, CellarmanError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/log.ts";
import { randomId } from "../../runtime/random.ts";
import type { Retrying } from "../../runtime/retry.ts";
import type { Scripts } from "../../warp10/scripts-port.ts";
import type { ExportedObject, Exporter, ExportOrder, HfileFacts } from "../exporter.ts";
import { type Abilities, discover } from "./abilities.ts";
import { beginGeneration, type Generated, resumeGeneration } from "./generate.ts";
import { endGeneration, openGeneration, type OpenGeneration } from "./generations.ts";
import type { DumpedFile, HandOver } from "./hand-over.ts";
import type { HfileLimits } from "./limits.ts";
import { dumpFile, findFiles, ownNames } from "./names.ts";
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
    const one = new OneExport(work, order, abilities);
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
  readonly files: readonly DumpedFile[];
}

class OneExport {
  private readonly work: HfileWork;
  private readonly order: ExportOrder;
  private readonly abilities: () => Promise<Abilities>;
  private done: Made | undefined;

  constructor(work: HfileWork, order: ExportOrder, abilities: () => Promise<Abilities>) {
    this.work = work;
    this.order = order;
    this.abilities = abilities;
  }

  async *objects(): AsyncGenerator<ExportedObject, void, undefined> {
    await this.refuseThinning();
    const { ledger } = this.order;
    const { cold, at, process } = ledger;
    const open = await openGeneration(cold, at, process, () => this.newGeneration());
    const { generation, file } = open.record.value;
    try {
      const generated = await this.generate(open);
      const files = generated.points === 0n ? [] : await this.findFiles(open);
      const { large, retry } = this.work;
      const ports = { cold, large, retry, process, signal: ledger.signal };
      for (const found of files) {
        const rows = found.name === file ? Number(generated.points) : 0;
        yield { stored: await putFile(ports, { at, generation }, found, rows) };
      }
      this.done = { open, generated, files };
    } catch (thrown) {
      await this.failed(open, thrown);
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
    const { version, result, infosField, fetched } = generated;
    return {
      manifest: {
        generation,
        file,
        version,
        result,
        infosField,
        fetched: fetched === null ? null : String(fetched),
        proof: this.work.form.store ? "hffetch" : "dump-digest",
      },
      seen: { saw, sawIntents },
    };
  }

  /** The generation ends; its files leave the dump folder, unless the store serves that. */
  async sealed(): Promise<void> {
    const { open, files } = this.made();
    const { cold, at, process } = this.order.ledger;
    const { store } = this.work.form;
    const stay = store !== null && store.directory === null;
    const end = { generation: open.record.value.generation, outcome: "sealed" as const };
    await endGeneration(cold, at, process, open.n, { ...end, why: "", files: [] });
    if (stay) return;
    for (const { name } of files) {
      try {
        await this.work.handOver.remove(name);
      } catch (thrown) {
        this.work.log.warn(`${name} stays behind: ${asCellarmanError(thrown).message}`);
      }
    }
  }

  /** A token that hides points would hide them from every count alike (facts warp10 §1.2, trap 7). */
  private async refuseThinning(): Promise<void> {
    const { attributes } = await this.order.hot.tokenFacts(this.order.limits);
    const hiding = hidingPoints(attributes ?? {});
    if (hiding.length === 0) return;
    throw new CellarmanError("mismatch", `the read token hides points: ${hiding.join(", ")}`, {
      hint: "Use a read token without these attributes: HFDUMP would leave points out.",
    });
  }

  private async newGeneration(): Promise<Generation> {
    const { ledger, selector, range } = this.order;
    const { at, process, plan, seen, points } = ledger;
    const has = await this.abilities();
    const generation = randomId();
    const isGuarded = has.has("MUTEX");
    const keeps = isGuarded && has.has("SHMSTORE") && has.has("SHMLOAD");
    return {
      schema: "cellarman/generation/1",
      ...at,
      process,
      plan,
      generation,
      session: randomId(),
      server: this.work.scripts.server,
      file: dumpFile(at.batch, generation),
      range: { start: String(range.start), end: String(range.end) },
      selector,
      saw: [...seen.saw],
      sawIntents: [...seen.sawIntents],
      timeboxMs: this.work.timeboxMs,
      keep: keeps ? `cellarman.${generation}` : null,
      mutex: isGuarded ? `cellarman.${at.flow}.${at.period}.${at.batch}` : null,
      points,
    };
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
    const generated = open.isResumed
      ? await resumeGeneration(ports, open.record)
      : await beginGeneration(ports, has, open.record, form);
    if (generated) return generated;
    const { file } = open.record.value;
    throw new CellarmanError("incomplete-read", `the result of ${file} is lost`, {
      retryable: true,
      hint: "The extension shm keeps results for those who come later; doctor --hfiles shows it.",
    });
  }

  private findFiles(open: OpenGeneration): Promise<readonly DumpedFile[]> {
    const { handOver, clock, limits } = this.work;
    return findFiles(open.record.value.file, { handOver, clock, limits }, this.order.ledger.signal);
  }

  /**
   * What a further call would meet again ends the generation; what was cut on the way to the bucket
   * does not: the file is whole, and the next attempt goes on with it.
   */
  private async failed(open: OpenGeneration, thrown: unknown): Promise<void> {
    const error = asCellarmanError(thrown);
    const isOurs = error.code === "interrupted" || this.order.ledger.signal?.aborted === true;
    const isOnTheWay = error.code === "network" || error.code === "stalled";
    if (!isOurs && isOnTheWay) return;
    const { cold, at, process } = this.order.ledger;
    const { generation, file } = open.record.value;
    const end = { generation, outcome: "failed" as const, why: error.message };
    await endGeneration(cold, at, process, open.n, { ...end, files: ownNames(file) }).catch(
      (cause: unknown) => this.work.log.debug(asCellarmanError(cause).message),
    );
  }
}
