// How a text that is not what a whole answer looks like is refused: line, reason, a short excerpt.
import { CellarmanError } from "../../runtime/errors.ts";

/** Bytes of a line that an error quotes. */
const EXCERPT_BYTES = 80;

/**
 * What starts the line in which the server tells that a read failed half-way (facts warp10 §1.2).
 */
const TRAILER = "# ERROR:";

const RETRY_HINT =
  "Nothing of this read is used. Read again; if it fails again, look at the server's log.";

/** A line that is no GTS text, as an error "unreadable". `line` counts from 1. */
export function unreadable(where: string, line: number, reason: string, bytes: Uint8Array) {
  return new CellarmanError(
    "unreadable",
    `line ${line} is no GTS text: ${reason}; it reads ${excerpt(bytes)}`,
    { where, hint: "Nothing of this read is used. Is a proxy changing the answer?" },
  );
}

/** The end of a text that does not prove that it is whole, as an error "incomplete-read". */
export function cutShort(where: string, line: number, reason: string) {
  return new CellarmanError("incomplete-read", `the read stopped at line ${line}: ${reason}`, {
    where,
    retryable: true,
    hint: RETRY_HINT,
  });
}

/** Whether a line is the server's in-band error trailer. */
export function isTrailer(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, TRAILER.length)).toString("latin1") === TRAILER;
}

/**
 * The error that an in-band `# ERROR: ` trailer tells: the first line of the decoded Java stack
 * trace.
 */
export function trailerError(where: string, line: number, bytes: Uint8Array) {
  const encoded = Buffer.from(bytes.subarray(TRAILER.length)).toString("latin1").trim();
  const text = decodeForm(encoded).split("\n")[0]?.trim() || "no cause given";
  return cutShort(where, line, `the server failed in the middle of its answer and said: ${text}`);
}

/** Form decoding that never fails: what does not decode is shown as it came. */
function decodeForm(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return encoded;
  }
}

/** The beginning of a line as JSON text, safe to print. */
export function excerpt(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, EXCERPT_BYTES)).toString("latin1");
  return JSON.stringify(shown) + (bytes.length > EXCERPT_BYTES ? "…" : "");
}
