// What is wrong with a flow file, where, and what was expected: for people one line each, for
// programs JSON.

/** One problem. Positions are 1-based; columns count UTF-16 code units, as editors do. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `source.select[0].class.regex`; empty for the file as a whole. */
  readonly path: string;
  /** What stands there, shortened; null where nothing does or where it may be a secret. */
  readonly value: string | null;
  /** What should stand there. */
  readonly expected: string;
  /** A sentence that needs no other field. */
  readonly message: string;
}

export type Path = readonly (string | number)[];

/** No file reports more problems than this; the rest is counted. */
export const MAX_PROBLEMS = 100;

/** A path as people write it. */
export function pathText(path: Path): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${part}]`;
      const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part) ? part : JSON.stringify(part);
      return i === 0 ? name : `.${name}`;
    })
    .join("");
}

/** Problems by place, those of the same place in the order in which they were found, each once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems
    .filter((p) => {
      const key = JSON.stringify([p.line, p.column, p.path, p.message]);
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** One line a problem: `flows/metrics.yaml:7:3: message`. */
export function renderProblems(problems: readonly Problem[]): string {
  return problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}\n`).join("");
}

/** The problems as one JSON document. */
export function problemsJson(problems: readonly Problem[]): string {
  return `${JSON.stringify({ version: 1, problems }, null, 2)}\n`;
}

/** A value as a problem may quote it: short, on one line, and never what could be a secret. */
export function quoteValue(value: unknown, path: Path): string | null {
  if (value === undefined || isSecretPlace(path)) return null;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "string") return looksSecret(value) ? null : quoteText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null ? "null" : "a section";
}

const quoteText = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);

const SECRET_SECTIONS = /^(?:(?:read|delete|probe)-token|access-key-id|secret-access-key)$/;

/** Whether a path is a section that names a secret's variable, or lies in one. */
export function isSecretSection(path: Path): boolean {
  const at = path[0] === "export" && path[1] === "store" ? 2 : 1;
  return SECRET_SECTIONS.test(String(path[at])) && path.length <= at + 2;
}

/** Keys whose values name secrets, and where a person may put the secret itself by mistake. */
function isSecretPlace(path: Path): boolean {
  const sign = /token|key|secret|passw|credential|auth/i;
  return path.some((part) => typeof part === "string" && sign.test(part));
}

/** Long runs of mixed letters and digits, and addresses with a user in them, may be secrets. */
export function looksSecret(whole: string): boolean {
  // No more than the beginning is ever quoted.
  const text = whole.slice(0, 200);
  if (/:\/\/[^/]*@/.test(text) || /:\/\/\S*[?#]/.test(text)) return true;
  const runs = text.split(/[\s.:-]+/).filter((run) => run.length >= 24);
  return runs.some((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
}
