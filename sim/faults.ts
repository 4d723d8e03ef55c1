// Fault injection that both stand-ins share: which request is hit, and when. What a fault does is
// each stand-in's own.

/**
 * When a fault strikes. All conditions must hold; a fault that names none hits the next request.
 */
export interface FaultWhen {
  /** Exact path, e.g. `/api/v0/fetch`; a RegExp is tested against the path. Absent: any. */
  readonly path?: string | RegExp;
  /** Matching requests that pass unharmed first (default 0). */
  readonly after?: number;
  /** Matching requests that are hit then (default 1; `Infinity` for ever). */
  readonly times?: number;
  /** Probability, 0 to 1, drawn from the plan's seeded generator (default 1). */
  readonly chance?: number;
}

/** A small seeded generator of numbers in [0, 1): the same seed gives the same run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

interface Armed<F> {
  readonly fault: F;
  passed: number;
  struck: number;
}

/** The faults that are armed on one server, in the order in which they were pushed. */
export class FaultPlan<F extends FaultWhen> {
  /** Every fault that struck, in order: a test asserts that its fault was really met. */
  readonly struck: F[] = [];
  private armed: Armed<F>[] = [];
  private readonly random: () => number;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  /** Arms faults; the first that matches a request wins. */
  push(...faults: F[]): void {
    this.armed.push(...faults.map((fault) => ({ fault, passed: 0, struck: 0 })));
  }

  /** Disarms everything. */
  clear(): void {
    this.armed = [];
  }

  /** The fault that strikes this request, if any. `suits` may look at more of the request. */
  take(path: string, suits: (fault: F) => boolean = () => true): F | undefined {
    for (const entry of this.armed) {
      const { fault } = entry;
      if (entry.struck >= (fault.times ?? 1) || !matchesPath(fault.path, path) || !suits(fault)) {
        continue;
      }
      if (entry.passed < (fault.after ?? 0)) {
        entry.passed += 1;
        continue;
      }
      if (fault.chance !== undefined && this.random() >= fault.chance) continue;
      entry.struck += 1;
      this.struck.push(fault);
      return fault;
    }
    return undefined;
  }
}

function matchesPath(wanted: string | RegExp | undefined, path: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === path : wanted.test(path);
}
