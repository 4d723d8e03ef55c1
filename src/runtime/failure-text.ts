// A failure as people read it, or as one JSON object on stderr.
import type { CellarmanError } from "./errors.ts";

/**
 * Renders a failure: sentence, place, what to do next; the stack only when asked for, or for a bug
 * of ours.
 */
export function renderFailure(
  error: CellarmanError,
  { json, verbose }: { json: boolean; verbose: boolean },
): string {
  const { code, message, hint, where, retryable } = error;
  if (json) {
    const failure = { code, message, where: where ?? null, hint: hint ?? null, retryable };
    return `${JSON.stringify({ schema: "cellarman/error/1", error: failure })}\n`;
  }
  const lines = [`error (${code}): ${message}`];
  if (where !== undefined && !message.includes(where)) lines.push(`  at ${where}`);
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (code === "internal") lines.push("  This is a fault of the tool: please report it.");
  if (verbose || code === "internal") lines.push(stackOf(error));
  return `${lines.join("\n")}\n`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
