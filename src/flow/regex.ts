// Checks a flow's regex without running it (reliability §5.4): the part of java.util.regex that
// reads the same wherever the planner wraps it, and that cannot keep the server busy for ever.

/** Longest regex of a flow file, UTF-16 code units. */
export const MAX_REGEX_LENGTH = 1_000;
/** Groups may be nested this deep. */
export const MAX_REGEX_GROUPS = 20;
/** Largest count in `{n,m}`, and largest product of nested ones. */
export const MAX_REGEX_REPEAT = 1_000;
/** Places at which the server may have to try another way, times the repetitions around them. */
export const MAX_REGEX_CHOICES = 12;
/**
 * Of those, the ones with more than ten ways each, such as `.*`: five take a name of 100 letters 75
 * million steps.
 */
export const MAX_REGEX_LOOPS = 5;

/** What a piece of a regex costs the server. */
interface Cost {
  readonly choices: number;
  readonly loops: number;
  /** Product of nested counts. */
  readonly repeats: number;
}

const FIXED: Cost = { choices: 0, loops: 0, repeats: 1 };

class RegexProblem extends Error {}

/** What is wrong with a regex, as a phrase that names the place; undefined where it may be sent. */
export function regexProblem(source: string): string | undefined {
  if (source === "") return "is empty";
  if (source.length > MAX_REGEX_LENGTH) return `is longer than ${MAX_REGEX_LENGTH} characters`;
  try {
    new RegexChecker(source).check();
    return undefined;
  } catch (problem) {
    if (problem instanceof RegexProblem) return problem.message;
    throw problem;
  }
}

/**
 * One pass over a regex, left to right; every method reads one construct or throws RegexProblem.
 */
class RegexChecker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  check(): void {
    const { choices, loops } = this.#alternatives(0);
    if (this.#at < this.#text.length) this.#fail("closes a group that nothing opened");
    if (choices > MAX_REGEX_CHOICES || loops > MAX_REGEX_LOOPS) {
      throw new RegexProblem("leaves the server too many ways to match it; make it simpler");
    }
  }

  #alternatives(depth: number): Cost {
    if (depth > MAX_REGEX_GROUPS) this.#fail(`nests groups deeper than ${MAX_REGEX_GROUPS}`);
    const branches = [this.#sequence(depth)];
    while (this.#take("|")) branches.push(this.#sequence(depth));
    return {
      choices: Math.max(...branches.map((b) => b.choices)) + (branches.length > 1 ? 1 : 0),
      loops: Math.max(...branches.map((b) => b.loops)),
      repeats: Math.max(...branches.map((b) => b.repeats)),
    };
  }

  #sequence(depth: number): Cost {
    let { choices, loops, repeats } = FIXED;
    while (this.#at < this.#text.length && !/[|)]/.test(this.#peek())) {
      const cost = this.#piece(depth);
      choices += cost.choices;
      loops += cost.loops;
      repeats = Math.max(repeats, cost.repeats);
    }
    return { choices, loops, repeats };
  }

  #piece(depth: number): Cost {
    if (this.#take("^") || this.#take("$") || this.#take("\\b") || this.#take("\\B")) {
      return this.#unrepeated("an anchor");
    }
    if (this.#take("(")) return this.#group(depth);
    if (this.#take("[")) this.#class();
    else if (this.#take("\\")) this.#escape();
    else this.#literal();
    return this.#quantified(FIXED);
  }

  #group(depth: number): Cost {
    const lookahead = this.#take("?=") || this.#take("?!");
    if (!lookahead && this.#peek() === "?") {
      if (this.#takeMatch(/\?[is]{1,2}\)/y)) return this.#unrepeated("a flag");
      if (!this.#takeMatch(/\?[is]{0,2}:/y)) {
        this.#fail(
          "opens a group of a kind that flows do not use: only (…), (?:…), (?i), (?=…), (?!…)",
        );
      }
    }
    const inside = this.#alternatives(depth + 1);
    if (!this.#take(")")) this.#fail("ends before a group is closed");
    if (!lookahead) return this.#quantified(inside);
    this.#unrepeated("a lookahead");
    return inside;
  }

  #class(): void {
    this.#take("^");
    if (this.#peek() === "]") this.#fail("has an empty [ ]; write ] as \\]");
    while (!this.#take("]")) {
      const first = this.#member();
      if (this.#peek() !== "-" || this.#text[this.#at + 1] === "]") continue;
      this.#at++;
      const last = this.#member();
      if (first === undefined || last === undefined || last < first) {
        this.#fail("has a range in [ ] that runs backwards or ends in a class");
      }
    }
  }

  /**
   * One member of a class; its code point, or undefined where it is a class itself such as `\d`.
   */
  #member(): number | undefined {
    if (this.#at >= this.#text.length) this.#fail("ends before a [ is closed");
    if (this.#peek() === "[") this.#fail("has a [ inside [ ]; write it as \\[");
    if (this.#take("&&")) this.#fail("has && inside [ ], which Java reads as an intersection");
    if (this.#take("\\")) return this.#escape();
    return this.#character();
  }

  /** What follows a backslash; its code point, or undefined where it stands for many. */
  #escape(): number | undefined {
    if (this.#takeMatch(/[dDwWsS]/y)) return undefined;
    const control = this.#takeMatch(/[tnrf]/y);
    if (control !== undefined) return { t: 9, n: 10, r: 13, f: 12 }[control];
    const hex = this.#takeMatch(/x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}/y);
    if (hex !== undefined) return Number.parseInt(hex.slice(1), 16);
    const punctuation = this.#takeMatch(/[!-/:-@[-`{-~ ]/y);
    if (punctuation !== undefined) return punctuation.charCodeAt(0);
    return this.#fail(
      "has an escape that flows do not use: only \\d \\w \\s \\t \\xhh \\uhhhh and signs",
    );
  }

  #literal(): void {
    if (/[*+?]/.test(this.#peek())) this.#fail("has a quantifier with nothing to repeat");
    if (/[{}\]]/.test(this.#peek())) {
      this.#fail(`has a bare ${this.#peek()}; write it as \\${this.#peek()}`);
    }
    this.#character();
  }

  #character(): number {
    const code = this.#text.codePointAt(this.#at) ?? 0;
    const character = String.fromCodePoint(code);
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(character)) {
      this.#fail("has a control character; write it as an escape");
    }
    this.#at += character.length;
    return code;
  }

  #quantified(inside: Cost): Cost {
    const quantifier = this.#takeMatch(/[*+?]|\{\d{1,5}(?:,\d{0,5})?\}/y);
    if (quantifier === undefined) return inside;
    this.#take("?");
    if (/[*+?]/.test(this.#peek())) this.#fail("repeats a repetition, or is possessive");
    const [min, max] = countsOf(quantifier);
    if (min > max) this.#fail("has a { } that counts backwards");
    if (max === Infinity && inside.choices > 0) {
      this.#fail(
        "repeats a group that repeats or chooses inside, which can take the server for ever",
      );
    }
    const times = max === Infinity ? min : max;
    const repeats = inside.repeats * Math.max(1, times);
    if (repeats > MAX_REGEX_REPEAT) this.#fail(`repeats more than ${MAX_REGEX_REPEAT} times`);
    return {
      choices: inside.choices * Math.max(1, times) + (min === max ? 0 : 1),
      loops: inside.loops * Math.max(1, times) + (max - min > 10 ? 1 : 0),
      repeats,
    };
  }

  #unrepeated(what: string): Cost {
    if (this.#takeMatch(/[*+?{]/y) !== undefined) this.#fail(`repeats ${what}`);
    return FIXED;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #takeMatch(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(reason: string): never {
    throw new RegexProblem(
      `${reason} (at its character ${Math.min(this.#at, this.#text.length) + 1})`,
    );
  }
}

function countsOf(quantifier: string): [number, number] {
  if (quantifier === "*") return [0, Infinity];
  if (quantifier === "+") return [1, Infinity];
  if (quantifier === "?") return [0, 1];
  const [min = "", max] = quantifier.slice(1, -1).split(",");
  if (max === undefined) return [Number(min), Number(min)];
  return [Number(min), max === "" ? Infinity : Number(max)];
}
