// Answers that did not come, or broke off.
import { CellarmanError } from "../../runtime/errors.ts";

interface Place {
  readonly what: string;
  readonly where: string;
}

/**
 * Pauses of the reader from which on Warp 10 may have cut the connection (30 s by default, facts
 * warp10 §1.2).
 */
const LONG_PAUSE_MS = 20_000;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/;

/**
 * No answer came: nothing listens, the name is unknown, the connection broke before the first
 * header.
 */
export function noAnswer(place: Place, thrown: unknown): CellarmanError {
  const reason = reasonOf(thrown);
  const certificate = CERTIFICATE.test(reason);
  return new CellarmanError("network", `${place.what}: no answer (${reason})`, {
    where: place.where,
    retryable: !certificate,
    cause: thrown,
    hint: certificate
      ? "Check the server's certificate, or name its authority in NODE_EXTRA_CA_CERTS."
      : "Check that the server runs and can be reached from here.",
  });
}

/** The answer's body broke off after `bytes` bytes. */
export function brokenOff(
  place: Place,
  thrown: unknown,
  bytes: number,
  longestPauseMs: number,
): CellarmanError {
  const sentence = `${place.what}: the answer broke off after ${bytes} bytes (${reasonOf(thrown)})`;
  const details = { where: place.where, retryable: true, cause: thrown };
  if (longestPauseMs < LONG_PAUSE_MS)
    return new CellarmanError("incomplete-read", sentence, details);
  const seconds = Math.round(longestPauseMs / 1000);
  return new CellarmanError("incomplete-read", `${sentence}; we had not read for ${seconds} s`, {
    ...details,
    hint: "Warp 10 cuts readers that pause for 30 s: raise its standalone.idle.timeout.",
  });
}

/** A library's error in a few words: its code, else its message. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
  const message = thrown.message === "" ? thrown.name : thrown.message;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
