// The Log of a command line: plain lines on stderr.
import type { Log } from "./log.ts";

/** How much talk there is. */
export type Talk = "quiet" | "normal" | "verbose";

/** Opens a log that writes lines. */
export function openLog(write: (text: string) => void, talk: Talk): Log {
  const line = (prefix: string) => (message: string) => write(`${prefix}${message}\n`);
  const nothing = (): void => undefined;
  return {
    info: talk === "quiet" ? nothing : line(""),
    warn: talk === "quiet" ? nothing : line("warning: "),
    error: line("error: "),
    debug: talk === "verbose" ? line("  ") : nothing,
  };
}
