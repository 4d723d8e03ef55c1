// What a Warp 10's failures say, and what they mean to us. A token is never quoted, even where the
// server does.
import type { ErrorCode } from "../../runtime/errors.ts";
import { CellarmanError } from "../../runtime/errors.ts";

/** Longest part of a server's sentence that an error quotes, characters. */
const QUOTED = 500;
/** A part of a token of this length or more is hidden. */
const SHORTEST_SECRET_PART = 8;
const HIDDEN = "[token]";
const LATER = new Set([429, 502, 503, 504]);

/**
 * The server's sentence in an error answer: the MESSAGE cell of Jetty's page (facts warp10 §1.0),
 * or the text itself.
 * @param page the answer's body as ISO-8859-1 text.
 */
export function messageOf(page: string): string {
  const cell = /<th>MESSAGE:<\/th>\s*<td>([\s\S]*?)<\/td>/.exec(page)?.[1];
  return decodeEntities(cell ?? page.replaceAll(/<[^>]*>/g, " ")).trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g,
    (all, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[name] ?? all;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : all;
    },
  );
}

/**
 * The text without any occurrence of a secret, or of a part of one that is 8 characters long or
 * more.
 */
export function redact(text: string, secret: string): string {
  if (secret === "") return text;
  const size = Math.min(SHORTEST_SECRET_PART, secret.length);
  const parts = new Set<string>();
  for (let i = 0; i + size <= secret.length; i += 1) parts.add(secret.slice(i, i + size));
  let out = "";
  let shown = 0;
  let hiddenTo = -1;
  for (let i = 0; i + size <= text.length; i += 1) {
    if (!parts.has(text.slice(i, i + size))) continue;
    if (i > hiddenTo) out += text.slice(shown, i) + HIDDEN;
    hiddenTo = i + size;
    shown = hiddenTo;
  }
  return out + text.slice(shown);
}

/** What the server said, as the cause of the error that it became. */
export class ServerSaid extends Error {
  override readonly name = "ServerSaid";
  readonly status: number;

  /** @param message as `messageOf` gives it, redacted. */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An error answer, before it becomes an error. */
export interface ErrorAnswer {
  readonly status: number;
  /** As `messageOf` gives it, redacted. */
  readonly message: string;
  /** What was asked, e.g. `listing series`. */
  readonly what: string;
  readonly where: string;
}

/**
 * The error that an error answer means. 401, 403 and the token sentences of a 500 (facts warp10
 * §1.4) are "not-authorised"; a limit of the script engine is "limit"; everything else is "server".
 * The cause is a ServerSaid.
 */
export function failureOf(answer: ErrorAnswer): CellarmanError {
  const code = codeOf(answer.status, answer.message);
  const said = answer.message === "" ? "" : `: ${answer.message.slice(0, QUOTED)}`;
  const hint = answer.status >= 300 && answer.status < 400 ? REDIRECTED : HINTS[code];
  return new CellarmanError(code, `${answer.what}: the server answered ${answer.status}${said}`, {
    where: answer.where,
    retryable: code === "server" && LATER.has(answer.status),
    cause: new ServerSaid(answer.status, answer.message),
    ...(hint === undefined ? {} : { hint }),
  });
}

const TOKEN_TROUBLE =
  /invalid (read |write )?token|token expired|missing token|token missing|token cannot be used/i;
const LIMIT_TROUBLE =
  /exceeded (limit|maximum) of|extend limit past|missing capability|time limit|for too long/i;

function codeOf(status: number, message: string): ErrorCode {
  if (status === 401 || status === 403) return "not-authorised";
  if (status === 500 && TOKEN_TROUBLE.test(message)) return "not-authorised";
  if (status === 500 && LIMIT_TROUBLE.test(message)) return "limit";
  return "server";
}

const REDIRECTED = "Name the final address: no redirect is followed with a token.";

const HINTS: Partial<Record<ErrorCode, string>> = {
  "not-authorised": "Check the token's kind, expiry and attributes: `cellarman doctor` shows them.",
  limit:
    "Give the read token the capabilities .cap:limit, .cap:maxops and .cap:maxgts, high enough.",
};
