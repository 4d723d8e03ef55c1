// The one error type that people see, and its mapping to exit codes (docs/reference/exit-codes.md).

/** What kind of failure; each maps to one exit code. */
export type ErrorCode =
  | "usage" // the command line is wrong
  | "flow-invalid" // a flow file is wrong
  | "not-authorised" // a token or key was refused
  | "store-missing" // the bucket does not exist
  | "mismatch" // archive and hot store, or archive and manifest, disagree
  | "incomplete-read" // an answer that was cut, or that does not prove that it is whole
  | "unreadable" // an answer or object that does not parse
  | "server" // the server answered with a failure
  | "network" // no answer at all
  | "stalled" // no byte for too long, or past the deadline
  | "limit" // a named limit was reached
  | "blocked" // a hold, a missing proof: nothing was done, on purpose
  | "disk" // the local disk failed or is full
  | "interrupted" // SIGINT or SIGTERM
  | "internal"; // a bug of ours

/** Everything an error may say besides its sentence. */
export interface ErrorDetails {
  /** What to do next: one sentence, imperative. */
  hint?: string;
  /** Whether the same call may succeed later without anything being changed. */
  retryable?: boolean;
  /** Where: `file:line:column`, a URL without query, or an object key. Never a secret. */
  where?: string;
  cause?: unknown;
}

/** A failure with a sentence for people and fields for programs. Never holds a token. */
export class CellarmanError extends Error {
  override readonly name = "CellarmanError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.where = details.where;
  }
}

/** Exit codes of the command line (design §7); unknown means failure. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  mismatch: 4,
  changes: 5,
  storeMissing: 10,
  notAuthorised: 12,
  interrupted: 130,
} as const;

const EXIT_BY_CODE: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  "flow-invalid": EXIT.usage,
  mismatch: EXIT.mismatch,
  "store-missing": EXIT.storeMissing,
  "not-authorised": EXIT.notAuthorised,
  interrupted: EXIT.interrupted,
};

/** The exit code that a failure ends the process with. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof CellarmanError)) return EXIT.failed;
  return EXIT_BY_CODE[error.code] ?? EXIT.failed;
}

/** What one cause keeps from all of the work, not from a part of it. */
const OF_ALL: ReadonlySet<ErrorCode> = new Set(["not-authorised", "store-missing"]);

/**
 * The exit code where some of many pieces of work failed: "partial", unless every one met the same
 * refused key or missing store.
 */
export function exitCodeOfSome(failures: readonly CellarmanError[], pieces: number): number {
  const [first] = failures;
  if (!first) return EXIT.done;
  const common = failures.length === pieces && failures.every((f) => f.code === first.code);
  return common && OF_ALL.has(first.code) ? exitCodeOf(first) : EXIT.partial;
}

/** Any thrown value as a CellarmanError; what is not one is a bug of ours or of a library. */
export function asCellarmanError(thrown: unknown): CellarmanError {
  if (thrown instanceof CellarmanError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CellarmanError("internal", message, { cause: thrown });
}
