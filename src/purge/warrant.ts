// The value that a delete demands. Only the gate makes one (the linter keeps issueWarrant there),
// and it dies soon.
import { CellarmanError } from "../runtime/errors.ts";
import { type Range, type TimeUnit, UNITS_PER_MS } from "../warp10/range.ts";

/** A warrant dies this long after its hot read began (design §3). */
export const WARRANT_LIFE_MS = 15 * 60_000;
/** No delete spans more (design §3). */
const MAX_SPAN_DAYS = 32n;
const MS_PER_DAY = 86_400_000n;
/**
 * Far outside of any archive, in every unit: what goes beyond is an extreme value or a wrong unit.
 */
const EXTREME = 2n ** 62n;

/** What a warrant allows, and what it rests on. */
export interface WarrantFacts {
  /** The address of the server that was read; a delete goes to no other. */
  readonly server: string;
  /** One selector, as the dry run was given it. */
  readonly selector: string;
  /** Platform units, both ends inclusive. */
  readonly range: Range;
  readonly unit: TimeUnit;
  /** Identities of what the dry run listed (D); never empty. */
  readonly expectedSeries: ReadonlySet<string>;
  /** When the hot read that this rests on began, ms since the epoch, by our clock. */
  readonly readBeganMs: number;
  /** Id of the batch, for records and messages. */
  readonly batch: string;
}

/** What holds this key may construct: issueWarrant alone. */
const KEY = Symbol("warrant");

/** Permission for one delete of one range of one batch. */
export class Warrant {
  readonly #facts: WarrantFacts;
  #spent = false;

  private constructor(key: symbol, facts: WarrantFacts) {
    if (key !== KEY) throw new CellarmanError("internal", "a warrant that the gate did not issue");
    this.#facts = facts;
  }

  /** For issueWarrant: without the module's key it throws. */
  static make(key: symbol, facts: WarrantFacts): Warrant {
    return new Warrant(key, facts);
  }

  get facts(): WarrantFacts {
    return this.#facts;
  }

  /** Whether its time is over; a clock that went back behind the read kills it too. */
  dead(nowMs: number): boolean {
    const ageMs = nowMs - this.#facts.readBeganMs;
    return !(ageMs >= 0 && ageMs < WARRANT_LIFE_MS);
  }

  /**
   * Uses it up: the only way to what it allows. Throws "blocked" when it is dead or was used
   * before.
   */
  spend(nowMs: number): WarrantFacts {
    if (this.#spent) throw refused(this.#facts, "its warrant was used before");
    if (this.dead(nowMs)) throw refused(this.#facts, "its warrant is older than 15 minutes");
    this.#spent = true;
    return this.#facts;
  }
}

function refused(facts: WarrantFacts, sentence: string): CellarmanError {
  return new CellarmanError("blocked", `nothing was deleted of batch ${facts.batch}: ${sentence}`, {
    hint: "Run the purge again: the gate is evaluated anew.",
  });
}

/**
 * Issues a warrant; for the gate alone, after all of its checks.
 * @throws CellarmanError "internal" for facts that no gate may pass: bounds missing, reversed,
 * extreme, more than 32 days apart or not in the past of the read; nothing expected; more or less
 * than one selector.
 */
export function issueWarrant(facts: WarrantFacts): Warrant {
  const problem = problemOf(facts);
  if (problem !== undefined) {
    throw new CellarmanError("internal", `no warrant for batch ${facts.batch}: ${problem}`);
  }
  const { start, end } = facts.range;
  return Warrant.make(KEY, {
    ...facts,
    range: { start, end },
    expectedSeries: new Set(facts.expectedSeries),
  });
}

function problemOf(facts: WarrantFacts): string | undefined {
  const { start, end } = facts.range;
  if (typeof start !== "bigint" || typeof end !== "bigint") return "both bounds must be integers";
  if (start > end) return `the range ends before it starts: ${start} ${end}`;
  if (start <= -EXTREME || end >= EXTREME) return `a bound is an extreme value: ${start} ${end}`;
  const perMs = UNITS_PER_MS[facts.unit];
  if (perMs === undefined) return "the time unit is unknown";
  if (end - start + 1n > MAX_SPAN_DAYS * MS_PER_DAY * perMs) return "the range spans over 32 days";
  if (!Number.isSafeInteger(facts.readBeganMs)) return "the read has no time";
  if (end >= BigInt(facts.readBeganMs) * perMs) return "the range does not end in the past";
  if (!isOneSelector(facts.selector)) return "not exactly one selector";
  if (facts.expectedSeries.size === 0) return "nothing is expected to be deleted";
  return undefined;
}

/**
 * One selector as the encoder writes it: a class part, braces, no blank (two selectors: facts
 * warp10 §1.4).
 */
export function isOneSelector(selector: string): boolean {
  return /^[!-z|~]+\{[!-z|~]*\}$/.test(selector);
}
