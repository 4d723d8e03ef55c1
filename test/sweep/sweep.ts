// The sweep as a whole: crash points over several lanes, each a thread with a world of its own, and
// what they found.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { buildProgram, SOURCE } from "./child.ts";
import type { Blow, Crashed, CrashPoint, LaneOptions } from "./lane.ts";
import { STEPS } from "./stage.ts";

/** How a sweep is run. */
export interface SweepOptions {
  readonly blow: Blow;
  readonly lanes: number;
  /** Takes only every n-th crash point of a lane. */
  readonly every: number;
  readonly followAll: boolean;
  /** Runs src/cli.ts instead of a bundle that is built for the sweep. */
  readonly source: boolean;
  readonly signal: AbortSignal;
  /** Takes a line now and then. */
  readonly tell: (line: string) => void;
}

/** What `npm run sweep -- --json` prints. */
export interface SweepDocument {
  /** Crash points at which the command was really struck. */
  readonly crashPoints: number;
  /** Crash points after which a point was in neither hot nor archive, or differed there. */
  readonly lost: number;
  /** Crash points after which the period could not be closed. */
  readonly notConverged: number;
  readonly seconds: number;
  /** Crash points with anything else wrong: an overwritten key, an untidy end. */
  readonly broken: number;
  /** Crash points that were followed to the end; each other one left what one of these had left. */
  readonly followed: number;
  /** Longest time from the signal to the end of the process, ms. */
  readonly endingMs: number;
  readonly signal: string;
  /** Requests of each command in the clean run. */
  readonly requests: readonly { readonly verb: string; readonly requests: number }[];
  /** One sentence for each crash point with findings. */
  readonly stories: readonly string[];
}

/** What a lane posts. */
export type LaneNews =
  | { readonly kind: "counted"; readonly counts: readonly number[]; readonly points: number }
  | { readonly kind: "crashed"; readonly crashed: Crashed };

/** Runs the sweep. Throws when a lane's clean run fails, or when the signal aborts. */
export async function sweep(options: SweepOptions): Promise<SweepDocument> {
  const beganMs = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "cellarman-sweep-"));
  const tally = new Tally(options);
  try {
    const program = options.source ? SOURCE : await buildProgram(join(folder, "program"));
    const { blow, lanes, every, followAll, signal } = options;
    const told = { program, cache: join(folder, "compiled"), blow, lanes, every, followAll };
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) => runLane({ ...told, lane }, signal, tally)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return tally.document(Math.round((performance.now() - beganMs) / 100) / 10);
}

function runLane(
  told: LaneOptions & { blow: Blow },
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  const worker = new Worker(new URL("lane-thread.ts", import.meta.url), { workerData: told });
  const stop = (): void => worker.postMessage("stop");
  signal.addEventListener("abort", stop, { once: true });
  worker.on("message", (news: LaneNews) => tally.take(news));
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    });
  });
}

/** Counts what lanes find. */
export class Tally {
  private readonly options: Pick<SweepOptions, "blow" | "tell">;
  private readonly crashes: Crashed[] = [];
  private readonly stories: string[] = [];
  private counts: readonly number[] = [];
  private planned = 0;

  constructor(options: Pick<SweepOptions, "blow" | "tell">) {
    this.options = options;
  }

  take(news: LaneNews): void {
    if (news.kind === "counted") {
      this.counts = news.counts;
      this.planned += news.points;
      return;
    }
    const { crashed } = news;
    this.crashes.push(crashed);
    if (crashed.findings.length > 0) {
      const story = storyOf(crashed, this.options.blow);
      this.stories.push(story);
      this.options.tell(story);
    }
    const done = this.crashes.length;
    if (done % 100 === 0) this.options.tell(`${done} of ${this.planned} crash points`);
  }

  document(seconds: number): SweepDocument {
    const struck = this.crashes.filter((c) => c.struck);
    const having = (kind: string): number =>
      this.crashes.filter((c) => c.findings.some((f) => f.kind === kind)).length;
    return {
      crashPoints: struck.length,
      lost: having("lost"),
      notConverged: having("not converged"),
      seconds,
      broken: having("broken"),
      followed: struck.filter((c) => c.followed).length,
      endingMs: Math.round(Math.max(0, ...struck.map((c) => c.endingMs))),
      signal: `SIG${this.options.blow}`,
      requests: this.counts.map((requests, i) => ({ verb: STEPS[i]?.verb ?? "?", requests })),
      stories: this.stories,
    };
  }
}

function storyOf({ point, findings, rounds, said }: Crashed, blow: Blow): string {
  const found = findings.map((f) => `${f.kind}: ${f.text}`).join("; ");
  const after = rounds > 0 ? ` (after ${rounds} more ways)` : "";
  return `SIG${blow} ${placeOf(point)}: ${found}${after}; the commands that went on said:\n${said}`;
}

/** `purge (command 5 of 8), request 12, before its effect`. */
function placeOf({ step, request, side }: CrashPoint): string {
  const { verb } = STEPS[step] ?? { verb: "?" };
  return `${verb} (command ${step + 1} of ${STEPS.length}), request ${request}, ${side} its effect`;
}
