// What went wrong, in our words: an answer that is a failure, or no answer.
import { parseXML } from "@aws-sdk/xml-builder";
import { CellarmanError, type ErrorCode } from "../runtime/errors.ts";
import type { StoreAnswer, StoreRequest } from "./exchange.ts";

/** Skew beyond which the store refuses a signature, ms (facts cellar-s3 §6). */
const SKEW_MAX_MS = 15 * 60_000;

/** The `<Code>` of an S3 error document; undefined where the body is none. */
export function errorCodeOf(answer: StoreAnswer): string | undefined {
  if (answer.body.length === 0 || answer.body.length > 64 * 1024) return undefined;
  try {
    const code: unknown = parseXML(answer.body.toString("utf8"))?.Error?.Code;
    return typeof code === "string" && /^\w{1,80}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The store's clock in an answer's `Date`, ms since the epoch; undefined where it has none that
 * parses.
 */
export function dateMsOf(answer: StoreAnswer): number | undefined {
  const ms = Date.parse(answer.headers["date"] ?? "");
  return Number.isFinite(ms) ? ms : undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
}

/**
 * Answers that name a transfer gone wrong, or a store that is busy: the same call may pass later.
 */
const PASSING = new Set([
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "IncompleteBody",
  "RequestTimeout",
  "SlowDown",
  "OperationAborted",
  "ConditionalRequestConflict",
  "InternalError",
  "ServiceUnavailable",
]);

function meaningOf(status: number, code: string | undefined, skewMs: number): Meaning {
  const said = (error: ErrorCode, retryable: boolean, hint: string): Meaning => ({
    code: error,
    retryable,
    hint,
  });
  if (code === "NoSuchBucket") {
    return said("store-missing", false, "Create the bucket, or correct archive.bucket.");
  }
  if (status === 401 || status === 403) {
    if (code === "RequestTimeTooSkewed" || Math.abs(skewMs) > SKEW_MAX_MS) {
      return said("not-authorised", false, "Set this machine's clock: the store refuses it.");
    }
    return said("not-authorised", false, "Check the key pair and what its policy allows.");
  }
  if (status === 412) {
    return said("blocked", false, "Read the key back: it tells who wrote it.");
  }
  if (status === 429 || status >= 500 || (code !== undefined && PASSING.has(code))) {
    return said("server", true, "Try again later.");
  }
  return said("server", false, "Check archive.s3: is this an S3 endpoint?");
}

/**
 * The failure that an answer is, whatever its status; for answers that are not the one success
 * expected.
 */
export function failureOf(
  request: Pick<StoreRequest, "method">,
  where: string,
  answer: StoreAnswer,
  localMs: number,
): CellarmanError {
  const code = errorCodeOf(answer);
  const skewMs = (dateMsOf(answer) ?? localMs) - localMs;
  // A HEAD has no body to name the bucket; its 404 is ours to read (only the bucket is ever asked
  // so).
  const known =
    code ?? (request.method === "HEAD" && answer.status === 404 ? "NoSuchBucket" : code);
  const { hint, ...meaning } = meaningOf(answer.status, known, skewMs);
  const skew =
    Math.abs(skewMs) > SKEW_MAX_MS ? `; its clock differs by ${Math.round(skewMs / 1000)} s` : "";
  return new CellarmanError(
    meaning.code,
    `the store answered ${answer.status} ${known ?? "without an error code"} ` +
      `to ${request.method} ${where}${skew}`,
    { hint, retryable: meaning.retryable, where },
  );
}

/** Causes that no repetition cures. */
const FIXED = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|UND_ERR_INVALID_ARG/;

/**
 * The error for a call that got no whole answer: the request may have been carried out all the
 * same.
 */
export function noAnswer(
  cause: unknown,
  call: {
    readonly method: string;
    readonly where: string;
    readonly signal: AbortSignal | undefined;
    /** The answer's head had come. */
    readonly began: boolean;
  },
): CellarmanError {
  const { method, where, signal, began } = call;
  if (cause instanceof CellarmanError) return cause;
  if (signal?.aborted) {
    return signal.reason instanceof CellarmanError
      ? signal.reason
      : new CellarmanError("interrupted", `${method} ${where} was given up`, { cause });
  }
  const detail = codeOf(cause);
  const error: ErrorCode = /TIMEOUT/.test(detail)
    ? "stalled"
    : began
      ? "incomplete-read"
      : "network";
  return new CellarmanError(error, `no whole answer to ${method} ${where}: ${detail}`, {
    hint: "Check the network and the store's address.",
    retryable: !FIXED.test(detail),
    where,
    cause,
  });
}

/** An error's code, or that of what caused it. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code: unknown = Reflect.get(cause, "code");
  if (typeof code === "string") return code;
  return cause.cause instanceof Error ? codeOf(cause.cause) : cause.message;
}
