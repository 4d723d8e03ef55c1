// Whether two selectors can select one series. Errs on the side of yes: "no" only where it is
// certain, because what rests on it forbids (the policy) or warns (series in two flows).
import type { Match, Selector } from "../warp10/selector.ts";

/** False only where no series can be selected by both. */
export function mayOverlap(a: Selector, b: Selector): boolean {
  if (areApart(a.class, b.class)) return false;
  // A label that only one of them names says nothing: a series may have it.
  return !Object.entries(a.labels).some(([name, match]) => {
    const other = Object.hasOwn(b.labels, name) ? b.labels[name] : undefined;
    return other !== undefined && areApart(match, other);
  });
}

/** Whether no text can match both. A series has one value of a name: labels hide attributes. */
function areApart(a: Match, b: Match): boolean {
  const [textA, textB] = [textOf(a), textOf(b)];
  if ("absent" in a || "absent" in b) return "absent" in a !== "absent" in b;
  if (textA !== undefined && textB !== undefined) return textA !== textB;
  if (textA !== undefined && "regex" in b) return refuses(b.regex, textA);
  if (textB !== undefined && "regex" in a) return refuses(a.regex, textB);
  return "regex" in a && "regex" in b && prefixesDiffer(a.regex, b.regex);
}

function textOf(match: Match): string | undefined {
  if ("empty" in match) return "";
  return "exact" in match ? match.exact : undefined;
}

/**
 * Longest text that a regex is tried on: the loops that a flow's regex may have take seconds
 * beyond.
 */
const TRIED_LENGTH = 100;

/**
 * Whether a server's regex certainly does not match the whole text. Java and JavaScript agree on
 * printable ASCII for what a flow's regex may hold; of everything else nothing is said.
 */
function refuses(regex: string, text: string): boolean {
  if (!/^[ -~]*$/.test(text) || text.length > TRIED_LENGTH) return false;
  const [, flags = "", body = regex] = /^\(\?([is]{1,2})\)([^]*)$/.exec(regex) ?? [];
  try {
    return !new RegExp(`^(?:${body})$`, [...new Set(flags)].join("")).test(text);
  } catch {
    return false;
  }
}

/** Whether every choice of one begins otherwise than every choice of the other. */
function prefixesDiffer(a: string, b: string): boolean {
  const [startsA, startsB] = [startsOf(a), startsOf(b)];
  return startsA.every((x) => startsB.every((y) => !x.startsWith(y) && !y.startsWith(x)));
}

/** What a text that matches must begin with: one for each choice at the top; "" where unknown. */
function startsOf(regex: string): string[] {
  return choicesOf(regex).map(startOf);
}

/** The regex cut at `|` outside of groups and classes. */
function choicesOf(regex: string): string[] {
  const choices = [""];
  let [depth, isInClass] = [0, false];
  for (const [piece] of regex.matchAll(/\\[^]|[^]/g)) {
    if (isInClass) isInClass = piece !== "]";
    else if (piece === "[") isInClass = true;
    else if (piece === "(") depth++;
    else if (piece === ")") depth--;
    if (piece === "|" && depth === 0 && !isInClass) choices.push("");
    else choices[choices.length - 1] += piece;
  }
  // A flag at the top holds for the choices after it, too.
  return /\(\?[is]{1,2}\)/.test(regex) ? [""] : choices;
}

/** The letters that a choice begins with, as far as they are written plainly. */
function startOf(choice: string): string {
  let start = "";
  for (const [piece] of choice.matchAll(/\\[^]|[^]/g)) {
    if (/^[*?{]/.test(piece)) return start.slice(0, -1);
    // "+" keeps the one letter before it; what follows is not known.
    if (/^[+.^$()[\]|]/.test(piece)) return start;
    if (/^\\[A-Za-z0-9]/.test(piece)) return start;
    start += piece.at(-1) ?? "";
  }
  return start;
}
