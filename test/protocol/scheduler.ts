// Runners that take turns: only one moves at a time, and it may lose its turn at any call of a
// port.
import { Watch } from "./watch.ts";
import type { World } from "./world.ts";

/** How a runner that was killed ends: every later call throws this, and none has an effect. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** One process of a runner, from its start to its end or until it is killed. */
export class Life {
  readonly actor: Actor;
  /** Its random id, as records name it. */
  readonly process: string;
  readonly verb: string;
  readonly watch = new Watch();
  /** The store's time when it began, ms. */
  readonly beganMs: number;
  /** From now on its calls throw. */
  killed = false;

  constructor(actor: Actor, process: string, verb: string, beganMs: number) {
    this.actor = actor;
    this.beganMs = beganMs;
    this.process = process;
    this.verb = verb;
  }
}

/** One runner of a history: a chain of processes, or a person at a keyboard. */
export class Actor {
  readonly name: string;
  /** The process that runs now. */
  life: Life | undefined;
  /** Calls of ports so far. */
  calls = 0;
  done = false;
  started = false;
  waiting: (() => void)[] = [];
  /** Stopped until so many calls of all runners. */
  napsUntil = 0;
  private readonly program: (self: Actor) => Promise<void>;

  constructor(name: string, program: (self: Actor) => Promise<void>) {
    this.name = name;
    this.program = program;
  }

  /** Begins a process. */
  begin(process: string, verb: string, beganMs: number): Life {
    this.life = new Life(this, process, verb, beganMs);
    return this.life;
  }

  /** Ends the process, whatever is still under way in it. */
  end(): void {
    if (this.life) this.life.killed = true;
    this.life = undefined;
  }

  run(): Promise<void> {
    this.started = true;
    return this.program(this);
  }
}

/** A history that goes on for so many calls has lost its way, and is ended. */
const CALLS_MAX = 20_000;

/** Passes the turn between runners. */
export class Scheduler {
  private readonly world: World;
  private readonly actors: Actor[] = [];
  /** Calls of all runners. */
  calls = 0;
  private running: Actor | undefined;
  private finish: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(world: World) {
    this.world = world;
  }

  /** Runs actors to their ends. */
  async runAll(actors: readonly Actor[]): Promise<void> {
    this.actors.push(...actors);
    const first = actors.find((actor) => !actor.done);
    if (!first) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.finish = resolve;
    this.fail = reject;
    this.handTo(first);
    await promise;
  }

  /**
   * One step of a runner: called by its ports before each effect. The world may move on, others may
   * run, the runner may be killed. Returns the step's name, unique in the history.
   */
  async step(life: Life, call: string): Promise<string> {
    const { actor } = life;
    if (life.killed) throw new Killed();
    while (this.running !== actor) {
      await new Promise<void>((wake) => actor.waiting.push(wake));
    }
    await this.world.checked();
    if (life.killed || this.world.isOver) throw new Killed();
    actor.calls++;
    if (++this.calls > CALLS_MAX) this.world.isOver = true;
    const step = `${actor.name}${actor.calls}`;
    const { world } = this;
    world.moveOn(life, step);
    const { switches, kills } = world.rates;
    const naps = this.fallsAsleep(life, step);
    const others = this.others(actor);
    const rate = call === "sleep" ? 0.5 : life.watch.isNearDelete ? 4 * switches : switches;
    if (others.length > 0 && (naps || world.chance.happens(`${step} switch`, rate))) {
      const next = others[world.chance.below(`${step} to`, others.length)];
      if (next) {
        this.handTo(next);
        await new Promise<void>((wake) => actor.waiting.push(wake));
        await world.checked();
        if (life.killed || world.isOver) throw new Killed();
      }
    }
    if (world.chance.happens(`${step} kill`, kills)) this.kill(life, `before ${call}`);
    return step;
  }

  /**
   * Whether a runner is stopped here for long, as a machine that hangs, while the others go on. An
   * archive most of all: what it read is old when it wakes up.
   */
  private fallsAsleep({ actor, verb }: Life, step: string): boolean {
    const { chance, rates } = this.world;
    const times = verb === "archive" ? 4 : 1;
    if (!chance.happens(`${step} nap`, rates.naps * times)) return false;
    actor.napsUntil = this.calls + 100 + chance.below(`${step} nap calls`, 1_500);
    this.world.tell(actor.name, "is stopped for a while");
    return true;
  }

  /** Asks after an effect whether the runner lives to see its answer. */
  answered(life: Life, step: string, call: string): void {
    if (this.world.chance.happens(`${step} killed`, this.world.rates.kills)) {
      this.kill(life, `after ${call}`);
    }
  }

  private kill(life: Life, when: string): never {
    life.killed = true;
    this.world.tell(life.actor.name, `is killed ${when}`);
    throw new Killed();
  }

  /** Processes that run now. */
  lives(): Life[] {
    return this.actors.flatMap(({ life }) => life ?? []);
  }

  /** Those that can go on: the stopped ones only where there is nobody else. */
  private others(actor: Actor): Actor[] {
    const rest = this.actors.filter((other) => other !== actor && !other.done);
    const awake = rest.filter((other) => other.napsUntil <= this.calls);
    return awake.length > 0 || (!actor.done && actor.napsUntil <= this.calls) ? awake : rest;
  }

  private handTo(next: Actor): void {
    this.running = next;
    if (!next.started) {
      next.run().then(
        () => this.ended(next),
        (error: unknown) => this.fail(error),
      );
      return;
    }
    const { waiting } = next;
    next.waiting = [];
    for (const wake of waiting) wake();
  }

  private ended(actor: Actor): void {
    actor.done = true;
    const others = this.others(actor);
    const next = others[this.world.chance.below(`${actor.name} ended`, Math.max(1, others.length))];
    if (next) this.handTo(next);
    else this.finish();
  }
}
