// The schema's issues as problems: each at the key or value that a person has to change.
import type { z } from "zod";
import type { Content, Found } from "./document.ts";
import { isSecretSection, looksSecret, pathText, quoteValue, type Path } from "./problems.ts";
import { type FileKind, keysAt, sectionsWith } from "./shape.ts";
import { nearest } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** Keys that other versions of this tool know. */
const OTHER_VERSIONS = new Set(["extends", "needs", "hooks", "alerts", "runners"]);

/** Every issue as a problem with its place; what was found before at the same path is left out. */
export function foundIssues(issues: readonly Issue[], content: Content, kind: FileKind): Found[] {
  const reader = new IssueReader(content, kind);
  const seen = new Set<string>();
  return issues
    .flatMap((issue) => reader.read(issue, []))
    .filter(({ path }) => {
      const text = pathText(path);
      if (seen.has(text) || content.isFound(path) || reader.isMisspelt(path)) return false;
      return seen.add(text) !== undefined;
    });
}

class IssueReader {
  readonly #content: Content;
  readonly #kind: FileKind;
  /** Paths of known keys that a key beside them was meant to be. */
  readonly #meant = new Set<string>();

  constructor(content: Content, kind: FileKind) {
    this.#content = content;
    this.#kind = kind;
  }

  read(issue: Issue, above: Path): Found[] {
    const path = [...above, ...(issue.path as Path)];
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => this.#unknown(key, path));
    if (issue.code === "invalid_union") return this.#union(issue, path);
    if (issue.code === "invalid_key") {
      return [
        this.#at(path, "key", "has a key that cannot stand here", issue.issues[0]?.message ?? ""),
      ];
    }
    return [this.#value(issue, path)];
  }

  /** Whether what is missing at a path is there, under a misspelt key that was reported. */
  isMisspelt(path: Path): boolean {
    return this.#meant.has(pathText(path)) && valueAt(this.#content.value, path) === undefined;
  }

  #union(issue: z.core.$ZodIssueInvalidUnion, path: Path): Found[] {
    const meant = issue.errors
      .filter((branch) => !branch.some((i) => i.code === "invalid_type" && i.path.length === 0))
      .toSorted((a, b) => a.length - b.length)[0];
    if (meant === undefined) return [this.#plain(path, issue.message)];
    const before = this.#meant.size;
    const found = meant.flatMap((inner) => this.read(inner, path));
    // With a key misspelt, what else is missing may belong to the other kind.
    return this.#meant.size === before ? found : found.filter((f) => this.#isWritten(f.path));
  }

  #isWritten(path: Path): boolean {
    const section = valueAt(this.#content.value, path.slice(0, -1));
    return isObject(section) && Object.hasOwn(section, String(path.at(-1)));
  }

  #value(issue: Issue, path: Path): Found {
    const isSection =
      issue.code === "invalid_type" && (issue.expected === "object" || issue.expected === "record");
    const params = issue.code === "custom" ? issue.params : undefined;
    if (typeof params?.["reason"] === "string") {
      return this.#at(path, "value", params["reason"], issue.message);
    }
    return this.#plain(path, isSection ? sectionText(path) : issue.message);
  }

  /** A value that is not what is expected, said by what it is. */
  #plain(path: Path, expected: string): Found {
    const value = valueAt(this.#content.value, path);
    if (path.length === 0)
      return this.#at(path, "value", `the file is no ${this.#kind.name}`, "keys and values");
    if (value === undefined) return this.#at(path, "key", "is missing", expected);
    if (isSecretSection(path)) return this.#at(path, "value", secretReason(path, value), expected);
    const quoted = quoteValue(value, path) ?? "something that is not shown";
    const reason = value === null ? "is empty" : `is ${quoted}`;
    return this.#at(path, "value", reason, expected, hintFor(value, expected));
  }

  #unknown(key: string, path: Path): Found {
    const isHidden = isSecretSection(path) && !/^[a-z-]{1,12}$/.test(key);
    if (looksSecret(key) || isHidden) {
      this.#meant.add(pathText([...path, "env"]));
      return this.#at(
        path,
        "value",
        "has a key that is not shown",
        keysAt(this.#kind, path).join(", "),
      );
    }
    const here = [...path, key];
    const offset = this.#content.offsetOf(here, "key");
    const { reason, expected, near } = unknownKey(this.#kind, key, path);
    if (near !== undefined) this.#meant.add(pathText([...path, near]));
    return {
      path: here,
      offset,
      value: undefined,
      expected,
      message: `${pathText(here)} ${reason}`,
    };
  }

  #at(path: Path, part: "key" | "value", reason: string, expected: string, hint = ""): Found {
    const subject = path.length === 0 ? "" : `${pathText(path)} `;
    return {
      path,
      offset: this.#content.offsetOf(path, part),
      value: valueAt(this.#content.value, path),
      expected,
      message: `${subject}${reason}: expected ${expected}${hint}`,
    };
  }
}

interface UnknownKey {
  readonly reason: string;
  readonly expected: string;
  /** The key that was meant. */
  readonly near?: string;
}

function unknownKey(kind: FileKind, key: string, path: Path): UnknownKey {
  const known = keysAt(kind, path);
  if (kind.name === "flow" && OTHER_VERSIONS.has(key)) {
    return { reason: "is not supported by this version", expected: known.join(", ") };
  }
  const [only] = known;
  if (known.length === 1 && only !== undefined && nearest(key, known) === undefined) {
    return { reason: `is not known here: expected ${only}`, expected: only, near: only };
  }
  const expected = `one of ${known.join(", ")}`;
  if (key === "accept-risk" || key === "max-past") {
    return { reason: "stands beside a fence of the other kind: expected one of the two", expected };
  }
  const near = nearest(key, known);
  if (near !== undefined) {
    return { reason: `is not known here; did you mean ${near}?`, expected, near };
  }
  const [elsewhere] = sectionsWith(kind, key);
  if (elsewhere !== undefined) {
    return { reason: `is not known here; it belongs under ${elsewhere}`, expected };
  }
  return { reason: `is not known here: expected ${expected}`, expected };
}

const sectionText = (path: Path): string =>
  isSecretSection(path)
    ? "{ env: NAME }, the name of an environment variable"
    : "a section of keys";

function secretReason(path: Path, value: unknown): string {
  if (value === null) return "is empty";
  if (path.at(-1) === "env") return "is not the name of a variable (never write the secret itself)";
  if (typeof value !== "string") return "is not a section";
  return "holds a value (a secret must never stand in a flow: put it into the environment)";
}

function hintFor(value: unknown, expected: string): string {
  const words = expected.split(/, | or /);
  const isWords = words.every((word) => /^[a-z-]+$/.test(word));
  if (typeof value === "string") {
    const near = isWords ? nearest(value, words) : undefined;
    return near === undefined ? "" : ` (did you mean ${near}?)`;
  }
  if (value === null && expected === "a section of keys") return " under it, or no such key";
  const isPlain = typeof value === "number" || typeof value === "boolean";
  if (!isPlain || isWords || /^(?:a whole number|1$|a section)/.test(expected)) return "";
  return " (text goes in quotes)";
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (!isObject(here) || !Object.hasOwn(here, part)) return undefined;
    here = here[part];
  }
  return here;
}

const isObject = (value: unknown): value is Readonly<Record<string | number, unknown>> =>
  typeof value === "object" && value !== null;
