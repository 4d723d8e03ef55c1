// What the head of an answer must say before a byte of its body is believed.
import { CellarmanError } from "../../runtime/errors.ts";

/** Headers by lower-case name, as the HTTP library gives them. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value; undefined where it is absent or was sent several times. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? value : undefined;
}

/**
 * Refuses a body whose end HTTP cannot prove (neither length nor chunks), an encoding that was not
 * asked for, and a body whose framing is anything but `chunked` (reliability §2.2).
 * @throws CellarmanError "incomplete-read".
 */
export function refuseUnprovable(what: string, where: string, headers: AnswerHeaders): void {
  const refuse = (sentence: string, hint: string) =>
    new CellarmanError("incomplete-read", `${what}: ${sentence}`, { where, hint });
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw refuse(
      `the answer is encoded as ${String(encoding)}, which was not asked for`,
      "Switch compression off in the proxy on the way.",
    );
  }
  const length = headers["content-length"];
  const transfer = headers["transfer-encoding"];
  const proven =
    transfer === undefined
      ? typeof length === "string" && /^\d+$/.test(length)
      : length === undefined && String(transfer).toLowerCase() === "chunked";
  if (!proven) {
    throw refuse(
      "the answer has neither a length nor chunks: a cut would look like its end",
      "Ask for HTTP/1.1 of every proxy on the way, and no re-framing.",
    );
  }
}
