// The gate: everything that must hold right before a delete, evaluated from scratch, in the order
// of design §3. It alone can make a warrant. A check that throws says no.
import { asCellarmanError } from "../runtime/errors.ts";
import type { ListedSeries } from "../warp10/series.ts";
import { surelyHoldsPoints } from "./answer.ts";
import { type CheckLine, type GateCase, type GatePorts, no, type Outcome, yes } from "./check.ts";
import { checkArchive, checkContents, checkHot, readLimits } from "./check-contents.ts";
import { checkFence, checkFenceAge } from "./check-fence.ts";
import { checkFlowNow, checkHolds, checkList, checkTime } from "./check-orders.ts";
import { checkProof } from "./check-proof.ts";
import { checkReadToken, TOKEN_CHECK } from "./check-token.ts";
import { checkVersion, VERSION_CHECK } from "./check-version.ts";
import { collectSeries, judgeSeries, type SeriesSet } from "./check-series.ts";
import type { ContentsVerdict } from "./decide.ts";
import { contentsOfBatch } from "./of-batch.ts";
import { readView, type View } from "./view.ts";
import { issueWarrant, type Warrant } from "./warrant.ts";

/** What the gate said, line by line. */
export interface GateResult {
  readonly outcome: Outcome;
  readonly lines: readonly CheckLine[];
  readonly view: View | undefined;
  readonly verdict: ContentsVerdict | undefined;
  /** Points that hot held in the range. */
  readonly hotPoints: bigint;
  /** Only with outcome "go", and only where a warrant was asked for. */
  readonly warrant: Warrant | undefined;
}

/** How a gate is evaluated. */
export interface GateMode {
  /**
   * `explain` goes on after a no, as far as the next check does not need the failed one, and issues
   * no warrant.
   */
  readonly explain: boolean;
}

/**
 * Evaluates the gate for one batch in one range. Never throws but for an abort: what throws says
 * no.
 */
export async function evaluateGate(
  gate: GateCase,
  ports: GatePorts,
  mode: GateMode,
): Promise<GateResult> {
  const run = new GateRun(gate, ports, mode);
  try {
    return await run.all();
  } catch (thrown) {
    gate.signal?.throwIfAborted();
    if (thrown instanceof FirstNo) return run.result();
    const error = asCellarmanError(thrown);
    const next = error.hint === undefined ? {} : { next: error.hint };
    run.lines.push(no("retry", run.doing, error.message, "a clear answer", next));
    return run.result();
  }
}

/** Ends an evaluation at its first no. */
class FirstNo extends Error {}

class GateRun {
  readonly lines: CheckLine[] = [];
  doing = "no hold";
  private readonly gate: GateCase;
  private readonly ports: GatePorts;
  private readonly mode: GateMode;
  private view: View | undefined;
  private verdict: ContentsVerdict | undefined;
  private hotPoints = 0n;
  private warrant: Warrant | undefined;

  constructor(gate: GateCase, ports: GatePorts, mode: GateMode) {
    this.gate = gate;
    this.ports = ports;
    this.mode = mode;
  }

  async all(): Promise<GateResult> {
    const { gate, ports } = this;
    const { line, holds } = await checkHolds(gate, ports);
    this.add(line);
    this.doing = "flow on the default branch";
    this.add(await checkFlowNow(gate, ports));
    this.doing = VERSION_CHECK;
    this.add(await checkVersion(gate, ports));
    this.doing = "time unit and clocks";
    for (const time of await checkTime(gate, ports)) this.add(time);
    this.doing = TOKEN_CHECK;
    this.add(await checkReadToken(ports));
    this.add(checkList(gate));
    for (const line of checkProof(gate)) this.add(line);
    this.doing = "write fence";
    const probedMs = ports.clock.now();
    this.add(await checkFence(gate, ports));

    this.doing = "archive read back";
    const view = await readView(ports.cold, gate, ports.forge);
    this.view = view;
    const archive = await checkArchive(gate, ports, view);
    this.addOrStop(archive.line);

    this.doing = "series of delete and read";
    const { selector } = gate.batch;
    const d = await collectSeries(ports.dryRunner.dryRun(selector, gate.range));
    const r = await collectSeries(ports.hot.find(selector));
    const sealed = new Set(archive.contents.flatMap((c) => ownSeries(c, gate.at.batch)));
    this.add(judgeSeries(d, r, sealed));

    this.doing = "hot read";
    const hot = await checkHot(gate, ports, readLimits(gate), archive.contents);
    this.hotPoints = hot.read.points;
    this.addOrStop(hot.line);
    const lapsed = checkFenceAge(gate, hot.beganMs - probedMs);
    if (lapsed) this.add(lapsed);
    this.doing = "contents";
    const mine = contentsOfBatch(
      archive.contents,
      gate.at.batch,
      (identity) => r.series.has(identity) || sealed.has(identity),
    );
    const judged = await checkContents(gate, ports, view, mine, archive.lost, hot.read, holds);
    this.verdict = judged.verdict;
    this.add(judged.line);
    this.doing = "last dry run";
    const last = await this.lastDryRun(d.series, r.series);
    if (this.outcome() === "go" && !this.mode.explain) this.issue(last, hot.beganMs);
    return this.result();
  }

  result(): GateResult {
    const { lines, view, verdict, hotPoints, warrant } = this;
    return { outcome: this.outcome(), lines, view, verdict, hotPoints, warrant };
  }

  private outcome(): Outcome {
    return this.lines.find((line) => !line.ok)?.outcome ?? "go";
  }

  private add(line: CheckLine): void {
    this.lines.push(line);
    if (!line.ok && !this.mode.explain) throw new FirstNo(line.check);
  }

  private addOrStop(line: CheckLine): void {
    this.lines.push(line);
    if (!line.ok) throw new FirstNo(line.check);
  }

  /**
   * The dry run once more, and the listing for reading, lest one of them was cut: what they have
   * more than R must hold no point (facts warp10 §1.6). Of a series that the read token does not
   * see, a count says zero too: such a one says no.
   */
  private async lastDryRun(d: SeriesSet, r: SeriesSet): Promise<SeriesSet> {
    const { gate, ports } = this;
    const check = "last dry run";
    const needed = "no series with points beyond what was read";
    const again = await collectSeries(ports.dryRunner.dryRun(gate.batch.selector, gate.range));
    const { series: readable } = await collectSeries(ports.hot.find(gate.batch.selector));
    const hidden = [...again.series.keys()].find((id) => !r.has(id) && !readable.has(id));
    const unread = [...new Map([...readable, ...again.series])].filter(([id]) => !r.has(id));
    const more = hidden === undefined ? await this.withPoints(unread) : undefined;
    const fewer = [...d.keys()].filter((identity) => !again.series.has(identity));
    if (fewer.length > 0) this.add(no("retry", check, `${fewer[0]} is no longer listed`, needed));
    else if (again.alike)
      this.add(no("retry", check, `two series print as ${again.alike}`, needed));
    else if (hidden) this.add(no("retry", check, `the read token does not list ${hidden}`, needed));
    else if (more) this.add(no("retry", check, `${more} came meanwhile, with points`, needed));
    else this.add(yes(check, `${again.series.size} series`, needed));
    return again.series;
  }

  /** The first of these series that holds a point in the range. */
  private async withPoints(series: [string, ListedSeries][]): Promise<string | undefined> {
    for (const [identity, one] of series) {
      const limits = readLimits(this.gate);
      if (await surelyHoldsPoints(this.ports.hot, one, this.gate.range, limits)) return identity;
    }
    return undefined;
  }

  private issue(expected: SeriesSet, readBeganMs: number): void {
    const { gate } = this;
    this.warrant = issueWarrant({
      server: gate.plan.value.server,
      selector: gate.batch.selector,
      range: gate.range,
      unit: gate.plan.value.unit,
      expectedSeries: new Set(expected.keys()),
      readBeganMs,
      batch: gate.at.batch,
    });
  }
}

/**
 * The identities of a sealed list that belong to this batch: other plans' batches hold other series
 * too.
 */
function ownSeries(
  contents: { seal: { value: { batch: string } }; listed: readonly { identity: string }[] },
  batch: string,
): string[] {
  return contents.seal.value.batch === batch ? contents.listed.map((row) => row.identity) : [];
}
