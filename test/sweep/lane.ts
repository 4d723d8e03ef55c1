// One lane of the sweep: a world of its own, a clean run that counts the requests of each command,
// and then crash after crash. It goes backwards through the way: putting the world back to before a
// command only takes objects away.
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../../sim/world.ts";
import { type Ended, type Program, runAtOnce, start } from "./child.ts";
import { BucketWatch, type Finding, Judge, rememberHot } from "./judge.ts";
import {
  type Moment,
  momentOf,
  openStage,
  putBack,
  type Stage,
  type Step,
  STEPS,
} from "./stage.ts";
import { shapeSince } from "./shape.ts";
import { type Passed, type Side, SIDES } from "./tap.ts";

/** How a command is struck: SIGKILL, or SIGTERM and what the promise of an orderly end says. */
export type Blow = "KILL" | "TERM";

/** What every lane is told. */
export interface LaneOptions {
  readonly program: Program;
  readonly cache: string;
  /** Of each command's requests this lane takes the `lane`-th of `lanes` stretches, from 0 on. */
  readonly lane: number;
  readonly lanes: number;
  /** Takes only every n-th crash point of a lane; an odd number, so that both sides come. */
  readonly every: number;
  /** Goes on after every single crash, not only after those that left something new behind. */
  readonly followAll: boolean;
}

/** One place where a command is struck. */
export interface CrashPoint {
  readonly step: number;
  readonly request: number;
  readonly side: Side;
}

/** What became of one crash point. */
export interface Crashed {
  readonly point: CrashPoint;
  /** False where the command ended before its n-th request: nothing was struck. */
  readonly struck: boolean;
  readonly findings: readonly Finding[];
  /** False where an earlier crash of the command had left the same behind: its findings count. */
  readonly followed: boolean;
  /** Whole ways that were needed after the killed command's own. */
  readonly rounds: number;
  /** What the commands said that went on last. */
  readonly said: string;
  /** From the signal to the end of the process, ms. */
  readonly endingMs: number;
}

interface Followed {
  readonly rounds: number;
  readonly findings: readonly Finding[];
  /** What the last commands said. */
  readonly said: string;
}

/** An orderly end takes at most this long (design: runners kill after 7.5 s). */
const ENDING_MS = 7_000;
const INTERRUPTED = 130;
/** After so long a process has heard of its signal. */
const HEARD_MS = 100;
/** SIGTERM before the effect: the connection is closed, and each n-th stays silent instead. */
const SILENT_EVERY = 8;
/** Whole ways that may be needed until the period is closed. */
const ROUNDS = 3;

/** One lane. */
export class Lane {
  private readonly moments: Moment[] = [];
  /** Requests of each command in the clean run. */
  private readonly counts: number[] = [];
  private readonly known = new Map<string, Followed>();
  private readonly stage: Stage;
  private readonly options: LaneOptions;
  private readonly judge: Judge;
  private readonly watch: BucketWatch;

  private constructor(stage: Stage, options: LaneOptions) {
    this.stage = stage;
    this.options = options;
    this.judge = new Judge(stage.world, rememberHot(stage.world));
    this.watch = new BucketWatch(stage.world, stage.tap);
  }

  static async open(options: LaneOptions): Promise<Lane> {
    return new Lane(await openStage(), options);
  }

  get program(): Program {
    return this.options.program;
  }

  close(): Promise<void> {
    return this.stage.close();
  }

  private get world(): World {
    return this.stage.world;
  }

  /** Runs the whole way once; gives the requests of each command. Throws when it fails. */
  async cleanRun(): Promise<readonly (readonly Passed[])[]> {
    const requests: (readonly Passed[])[] = [];
    this.watch.reset();
    for (const { verb, afterMs } of STEPS) {
      this.world.moveClock(afterMs);
      this.moments.push(momentOf(this.world));
      this.stage.tap.arm();
      const { code, stderr } = await runAtOnce(this.options.program, this.world, [verb]);
      if (code !== 0) throw new Error(`${verb} ended with ${code}: ${stderr}`);
      requests.push(this.stage.tap.taken);
      this.counts.push(this.stage.tap.taken.length);
    }
    const [first] = this.moments;
    const findings = first ? await this.inTheEnd(first) : [];
    if (findings.length > 0) throw new Error(`the clean run: ${findings[0]?.text}`);
    return requests;
  }

  /** The lane's crash points, last command first. Neighbours often leave the same behind. */
  points(counts: readonly number[]): CrashPoint[] {
    const { lane, lanes, every } = this.options;
    const own = counts.flatMap((count, step) =>
      Array.from({ length: count }, (_, i) => i + 1)
        .filter((request) => Math.floor(((request - 1) * lanes) / count) === lane)
        .flatMap((request) => SIDES.map((side) => ({ step, request, side }))),
    );
    return own.filter((_, i) => i % every === 0).toReversed();
  }

  /** Strikes once, then goes the way to its end, and says what is wrong. */
  async crash(point: CrashPoint, blow: Blow): Promise<Crashed> {
    const moment = this.moments[point.step];
    if (moment === undefined) throw new Error("the clean run comes first");
    putBack(this.world, moment);
    this.watch.reset();
    const { struck, endingMs, findings: ofEnd } = await this.strike(point, blow);
    const atOnce = [...ofEnd, ...(await this.judge.always(moment))];
    const shape = `${point.step} ${shapeSince(this.world, moment)}`;
    const known = this.options.followAll ? undefined : this.known.get(shape);
    const after = known ?? (await this.follow(point.step, moment));
    this.known.set(shape, after);
    const findings = [...atOnce, ...after.findings];
    const { rounds, said } = after;
    return { point, struck, findings, followed: !known, rounds, said, endingMs };
  }

  private async strike(
    point: CrashPoint,
    blow: Blow,
  ): Promise<{ struck: boolean; endingMs: number; findings: Finding[] }> {
    const { program, cache } = this.options;
    const { tap } = this.stage;
    let hitMs: number | undefined;
    const running = start(program, cache, this.world, STEPS[point.step]?.verb ?? "");
    tap.arm({
      at: point.request,
      side: point.side,
      hit: async () => {
        hitMs = performance.now();
        running.process.kill(`SIG${blow}`);
        if (blow === "TERM" && point.side === "after") return "go on";
        // A server that has gone silent is what an orderly end takes longest for.
        if (blow === "KILL" || point.request % SILENT_EVERY === 0) await running.ended;
        // A connection that breaks first is an error of the network, and no end by a signal.
        else await sleep(HEARD_MS);
        return "forget";
      },
    });
    const ended = await running.ended;
    const endingMs = hitMs === undefined ? 0 : performance.now() - hitMs;
    tap.arm();
    await tap.quiet();
    const struck = hitMs !== undefined;
    const isOver = point.side === "after" && point.request >= (this.counts[point.step] ?? 0);
    const findings = struck ? judgeEnd(ended, endingMs, blow, isOver) : [];
    return { struck, endingMs, findings };
  }

  /** The way to its end, and what is wrong there. */
  private async follow(step: number, moment: Moment): Promise<Followed> {
    const { rounds, said } = await this.goOn(step);
    return { rounds, said, findings: await this.inTheEnd(moment) };
  }

  /** The killed command again and what follows; then whole ways, as days go by. */
  private async goOn(step: number): Promise<{ rounds: number; said: string }> {
    let said = await this.go(STEPS.slice(step).map(firstSoon));
    let rounds = 0;
    for (; rounds < ROUNDS && !this.judge.isClosed(); rounds++) said = await this.go(STEPS);
    return { rounds, said };
  }

  /** Runs commands; gives what they said. */
  private async go(steps: readonly Step[]): Promise<string> {
    const said: string[] = [];
    for (const { verb, afterMs } of steps) {
      this.world.moveClock(afterMs);
      const { code, stdout, stderr } = await runAtOnce(this.options.program, this.world, [verb]);
      said.push(`${verb}: exit ${code}: ${stdout}${stderr}`);
    }
    return said.join("\n");
  }

  private async inTheEnd(moment: Moment): Promise<Finding[]> {
    const always = await this.judge.always(moment);
    const broken = this.watch.broken.map((text) => ({ kind: "broken", text }) as const);
    return [...always, ...broken, ...this.judge.atTheEnd()];
  }
}

/** The killed command is repeated a minute later, not after its step's whole wait. */
const firstSoon = (step: Step, i: number): Step => (i === 0 ? { ...step, afterMs: 60_000 } : step);

/** Whether a process ended as it must. `isOver`: nothing was left to do, so that it may be done. */
function judgeEnd(
  { code, signal, stderr }: Ended,
  endingMs: number,
  blow: Blow,
  isOver: boolean,
): Finding[] {
  const broken = (text: string): Finding[] => [{ kind: "broken", text }];
  if (blow === "KILL") {
    return signal === "SIGKILL" ? [] : broken(`ended with ${code} in spite of SIGKILL`);
  }
  if (code === 0 && isOver) return [];
  if (code !== INTERRUPTED) return broken(`exit ${code ?? signal}, not 130: ${stderr}`);
  if (endingMs > ENDING_MS) return broken(`took ${Math.round(endingMs)} ms to end`);
  return [];
}
