// Workflow commands and the files that steps write.
// Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
import { existsSync, readFileSync } from "node:fs";

/** An annotation as GitHub keeps it. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
  readonly file: string;
  readonly line: string;
}

/**
 * Ten of each kind a step, messages cut at 4,096 characters.
 * Source: actions/runner, src/Runner.Worker/ExecutionContext.cs
 */
const PER_STEP = 10;
const MESSAGE_MAX = 4_096;

const unescaped = (text: string): string =>
  text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");

const property = (text: string): string =>
  unescaped(text.replaceAll("%3A", ":").replaceAll("%2C", ","));

/** The annotations that a step's lines ask for, on stdout or stderr. */
export function annotationsIn(said: string): Annotation[] {
  const found: Annotation[] = [];
  for (const line of said.split("\n")) {
    const match = /^::(error|warning|notice)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/.exec(line.trim());
    if (!match) continue;
    const level = match[1] as Annotation["level"];
    if (found.filter((a) => a.level === level).length >= PER_STEP) continue;
    const properties = new Map(
      (match[2] ?? "").split(",").map((pair): [string, string] => {
        const cut = pair.indexOf("=");
        return [pair.slice(0, cut).trim(), property(pair.slice(cut + 1))];
      }),
    );
    found.push({
      level,
      title: properties.get("title") ?? "",
      message: unescaped(match[3] ?? "").slice(0, MESSAGE_MAX),
      file: properties.get("file") ?? "",
      line: properties.get("line") ?? "",
    });
  }
  return found;
}

/** The `NAME=VALUE` and `NAME<<DELIMITER` entries of GITHUB_OUTPUT. Throws on others. */
export function entriesIn(file: string): Record<string, string> {
  const entries: Record<string, string> = {};
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const [, name = "", delimiter] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      entries[name] = lines.slice(at + 1, end).join("\n");
      at = end;
      continue;
    }
    const cut = line.indexOf("=");
    if (cut <= 0) throw new Error(`Invalid format '${line}'`);
    entries[line.slice(0, cut)] = line.slice(cut + 1);
  }
  return entries;
}
