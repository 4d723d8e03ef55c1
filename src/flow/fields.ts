// The kinds of values in a flow file. Each says, in `error`, what is expected; a problem quotes
// that sentence.
import { z } from "zod";
import { parseWarp10Address, type AddressResult } from "./address.ts";
import { fixedMs, parseDuration } from "./duration.ts";
import { MAX_REGEX_LENGTH, regexProblem } from "./regex.ts";

/**
 * Control and bidirectional characters make a file read otherwise than it is. Newline and tab are
 * left out.
 */
export const HIDDEN_CHARACTER =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/;

/** Names that CI systems, shells and Node give a meaning of their own (design §5). */
const RESERVED_ENV =
  /^(?:GITHUB|ACTIONS|RUNNER|INPUT|CI|NODE|NPM|LD|DYLD|GIT|SSH|GPG|BASH)(?:_|$)|^(?:PATH|HOME|SHELL|USER|LOGNAME|PWD|OLDPWD|LANG|LC_ALL|IFS|ENV|TERM|TZ|TMPDIR|HOSTNAME|MAIL|EDITOR|VISUAL|PYTHONPATH|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|SSL_CERT_FILE|SSL_CERT_DIR)$/;

/** Adds a reason to a problem: `params.reason` is the phrase, `message` what is expected. */
function refuse(expected: string, reasonOf: (text: string) => string | undefined) {
  return (context: z.core.ParsePayload<string>): void => {
    const reason = reasonOf(context.value);
    if (reason === undefined) return;
    context.issues.push({
      code: "custom",
      input: context.value,
      message: expected,
      params: { reason },
    });
  };
}

/** Text by a pattern. */
export function textBy(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** Any text of at most `max` characters, not empty. */
export function textUpTo(max: number, expected: string) {
  return z.string({ error: expected }).min(1, { error: expected }).max(max, { error: expected });
}

/** A whole number of a closed interval. */
export function wholeNumber(min: number, max: number) {
  const expected = `a whole number from ${min} to ${max}`;
  return z
    .int({ error: expected })
    .min(min, { error: expected })
    .max(max, { error: expected })
    .meta({ title: `${min} to ${max}` });
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const listed =
    words.length === 1 ? words[0] : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return z.enum(words, { error: listed });
}

const DURATION_PATTERN = /^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;
const FIXED_PATTERN = /^P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;

/** A duration by the calendar, e.g. `P3M`. */
export function calendarDuration() {
  const expected = "an ISO 8601 duration such as P3M, P12W or P90D, at most P100Y";
  return z
    .string({ error: expected })
    .regex(DURATION_PATTERN, { error: expected, abort: true })
    .refine((text) => parseDuration(text) !== undefined, { error: expected })
    .meta({ title: "duration by the calendar" });
}

/** A duration without years and months, from `min` to `max` (both written as durations). */
export function fixedDuration(min: string, max: string) {
  const expected = `an ISO 8601 duration in weeks, days, hours, minutes, seconds: ${min} to ${max}`;
  const [least = 0, most = 0] = [min, max].map(millisecondsOf);
  return z
    .string({ error: expected })
    .regex(FIXED_PATTERN, { error: expected, abort: true })
    .refine(
      (text) => {
        const ms = millisecondsOf(text);
        return ms !== undefined && ms >= least && ms <= most;
      },
      { error: expected },
    )
    .meta({ title: "fixed duration" });
}

/** Milliseconds of a fixed duration's text; undefined where it is none. */
export function millisecondsOf(text: string): number | undefined {
  const duration = parseDuration(text);
  return duration === undefined ? undefined : fixedMs(duration);
}

/** An address, checked by one of the parsers of `address.ts`. */
export function addressBy(parse: (text: string) => AddressResult, expected: string) {
  const reasonOf = (text: string) => {
    const result = parse(text);
    return "reason" in result ? result.reason : undefined;
  };
  return z
    .string({ error: expected })
    .check(refuse(expected, reasonOf))
    .meta({ title: "address", pattern: "^https?://" });
}

/** A Warp 10's address. */
export function warp10Address() {
  return addressBy(parseWarp10Address, "an https address such as https://warp10.example.net:8443");
}

/** A regex for the server. */
export function serverRegex() {
  const expected = "a regular expression as the reference describes";
  return z
    .string({ error: expected })
    .check(refuse(expected, regexProblem))
    .meta({ minLength: 1, maxLength: MAX_REGEX_LENGTH });
}

/** The name of an environment variable that holds a secret, in its section: `{ env: NAME }`. */
export function secretIn(defaultName: string, description: string) {
  const expected =
    "the name of an environment variable: capitals, digits and _, e.g. WARP10_READ_TOKEN";
  const name = z
    .string({ error: expected })
    .regex(/^[A-Z][A-Z0-9_]{0,99}$/, { error: expected, abort: true })
    .check(
      refuse(expected, (text) =>
        RESERVED_ENV.test(text) ? "is a name that the system or CI uses itself" : undefined,
      ),
    );
  return z
    .strictObject({ env: name.describe("Name of the variable. Never the secret itself.") })
    .default({ env: defaultName })
    .describe(description);
}
