// Virtual months: each is filled with points before it is due, and time goes by in between.
import type { World } from "../../sim/world.ts";
import { Truth } from "./truth.ts";

const DAY_MS = 86_400_000;
const FIRST = { year: 2025, month: 10 };
/** Points of one series in a month, a week apart. */
const WEEKS = [0, 1, 2, 3];

/** When the n-th month is due, by keep-hot P3M, and a day for whoever is late. */
export const dueOf = (month: number): number => Date.UTC(FIRST.year, FIRST.month + month + 4, 2);

/** The months of a soak. */
export class Calendar {
  /** Months whose points are in hot or on their way, oldest first. */
  readonly open: Truth[] = [];
  private filled = 0;
  private ended = 0;
  private readonly world: World;
  private readonly series: number;
  private readonly random: () => number;

  constructor(world: World, series: number, random: () => number) {
    this.world = world;
    this.series = series;
    this.random = random;
  }

  /** The oldest open month; all clocks are moved to when it is due. */
  next(): Truth {
    this.pass(Math.max(0, dueOf(this.ended) - this.world.now()));
    return this.open[0] ?? this.fill();
  }

  /** The oldest open month is over. */
  done(): void {
    this.open.shift();
    this.ended++;
  }

  /** Time goes by; no month becomes due before its points are in hot. */
  pass(ms: number): void {
    while (dueOf(this.filled) - DAY_MS <= this.world.now() + ms) this.fill();
    this.world.moveClock(ms);
  }

  private fill(): Truth {
    const at = FIRST.month + this.filled++;
    const [from, to] = [Date.UTC(FIRST.year, at), Date.UTC(FIRST.year, at + 1)];
    const period = new Date(from).toISOString().slice(0, 7);
    const range = { start: BigInt(from) * 1000n, end: BigInt(to) * 1000n - 1n };
    const truth = new Truth(this.world, period, range);
    for (let s = 0; s < this.series; s++) {
      const times = WEEKS.map((w) => range.start + BigInt(w * 7 * DAY_MS + s) * 1000n);
      const values = WEEKS.map(() => Math.floor(this.random() * 1_000_000));
      truth.write(`h${s}`, times, values);
    }
    this.open.push(truth);
    return truth;
  }
}
