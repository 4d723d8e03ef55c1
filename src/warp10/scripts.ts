// The WarpScript that we run. Tokens come in by X-Warp10-ExposeHeaders, never in the text: errors
// quote it.
import { longLiteral, stringLiteral } from "./literals.ts";
import type { Range } from "./range.ts";

/** The symbol that a script finds the request's headers in. */
export const EXPOSED_HEADERS = "h";

/**
 * What a count pushes last: without it on top, the script did not reach its end (facts warp10, trap
 * 24).
 */
export const COUNT_END = "cellarman.count.end";

/**
 * LONG's largest value: the limit that nobody grants, so that its refusal names the one that is
 * granted.
 */
export const LONG_MAX = 9_223_372_036_854_775_807n;

/** Stores the request's token as `token`; a proxy may have sent header names in lower case. */
const TAKE_TOKEN = `
$h 'x-warp10-token' CONTAINSKEY <% 'x-warp10-token' %> <% 'X-Warp10-Token' %> IFTE
GET 0 GET 'token' STORE`;

/** Leaves what TOKENINFO says of the request's token. */
export const TOKEN_INFO = `JSONSTRICT${TAKE_TOKEN}
$token TOKENINFO`;

/** Leaves the server's version. */
export const VERSION = "JSONSTRICT REV";

/** Leaves the server's clock in ms since the epoch, as a string. */
export const SERVER_CLOCK = "JSONSTRICT NOW MSTU / TOSTRING";

/** Words that raise a limit of the script engine, and what each limits. */
export const LIMIT_WORDS = { points: "LIMIT", operations: "MAXOPS", series: "MAXGTS" } as const;

/**
 * Limits that the token's capabilities grant; undefined where none does: then the server's default
 * stays.
 */
export type GrantedLimits = Readonly<Record<keyof typeof LIMIT_WORDS, bigint | undefined>>;

/** Asks for more than is ever granted. */
export function overreach(limit: keyof typeof LIMIT_WORDS): string {
  return `${longLiteral(LONG_MAX)} ${LIMIT_WORDS[limit]}`;
}

/** What a count needs to know. */
export interface CountScript {
  readonly selector: string;
  readonly range: Range;
  /**
   * Whether the token names exactly one application: FETCH by `gts` demands that (facts warp10
   * §2.1).
   */
  readonly oneApplication: boolean;
  readonly limits: GrantedLimits;
}

/**
 * Counts series with points, and points; leaves [points, series] as strings under COUNT_END. Series
 * by series where the token allows it, so that the server holds one series at a time; else in one
 * FETCH. FETCH by `gts` reads too little for a series listed without its producer and owner, so
 * those must be shown, or the count is made in one FETCH.
 */
export function countScript(count: CountScript): string {
  const bounds = `'start' ${longLiteral(count.range.start)} 'end' ${longLiteral(count.range.end)}`;
  const selected = `'token' $token 'selector' ${stringLiteral(count.selector)}`;
  const add = `DUP SIZE $series + 'series' STORE <% SIZE $points + 'points' STORE %> FOREACH`;
  const whole = `{ ${selected} ${bounds} 'encoders' true } FETCH ${add}`;
  const one = `{ 'token' $token 'gts' [ $g ] ${bounds} 'encoders' true } FETCH ${add}`;
  const oneByOne = `
{ ${selected} } FIND 'found' STORE
$found SIZE 0 >
<%
  $found 0 GET LABELS '.producer' CONTAINSKEY SWAP DROP
  <% $found <% 'g' STORE ${one} %> FOREACH %>
  <% ${whole} %>
  IFTE
%> IFT`;
  return `JSONSTRICT${TAKE_TOKEN}
${raise(count.limits)}
0 'series' STORE 0 'points' STORE
${count.oneApplication ? oneByOne : whole}
$series TOSTRING $points TOSTRING ${stringLiteral(COUNT_END)}`;
}

function raise(limits: GrantedLimits): string {
  const words = [limits.points, limits.operations, limits.series];
  const names = [LIMIT_WORDS.points, LIMIT_WORDS.operations, LIMIT_WORDS.series];
  return words
    .map((granted, i) => (granted === undefined ? "" : `${longLiteral(granted)} ${names[i]}`))
    .join(" ")
    .trim();
}
