// YAML → plain values, with the place of every key and value, and every liberty of YAML that a flow
// may not take.
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import type { Document, ErrorCode, Pair, ParsedNode, Scalar } from "yaml";
import { HIDDEN_CHARACTER } from "./fields.ts";
import { MAX_DEPTH, tooDeep, type Mark } from "./limits.ts";
import { pathText, type Path } from "./problems.ts";

/** A problem whose place is still an offset into the text. */
export interface Found {
  readonly offset: number;
  readonly path: Path;
  /** What stands there; undefined: nothing to quote. */
  readonly value?: unknown;
  readonly expected: string;
  readonly message: string;
}

/**
 * A file as values. `value` is undefined where the syntax is so broken that nothing can be said of
 * the content.
 */
export interface Content {
  readonly value: unknown;
  readonly found: readonly Found[];
  /** The offset of a key or value; where there is none, of the key of the nearest section above. */
  offsetOf(path: Path, part: "key" | "value"): number;
  /** Whether a problem was already found at this path or above. */
  isFound(path: Path): boolean;
}

type Text = readonly [message: string, expected: string];

const MARKS: Readonly<Record<Mark["kind"], Text>> = {
  alias: ["aliases are not allowed", "the value itself"],
  anchor: ["anchors are not allowed", "the value without an anchor"],
  tag: ["tags are not allowed", "the value without a tag"],
  directive: ["directives (%YAML, %TAG) are not allowed", "plain YAML 1.2"],
};

/**
 * Messages of our own: the parser's may quote the file, and so a secret. `null`: reported as a mark
 * already.
 */
const SYNTAX: Partial<Record<ErrorCode, Text | null>> = {
  BAD_ALIAS: null,
  ALIAS_PROPS: null,
  TAG_RESOLVE_FAILED: null,
  BAD_COLLECTION_TYPE: null,
  MULTIPLE_TAGS: null,
  MULTIPLE_ANCHORS: null,
  BAD_DIRECTIVE: null,
  MULTIPLE_DOCS: null,
  BAD_DQ_ESCAPE: ["this escape is not one of YAML's", "single quotes, or an escape of YAML"],
  BAD_INDENT: ["the indentation does not fit", "spaces as in the lines above"],
  BAD_SCALAR_START: ["a value cannot begin with this character", "the value in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["a second key stands in this line", "one key a line"],
  BLOCK_IN_FLOW: ["lines inside { } or [ ] cannot be written this way", "commas between the parts"],
  KEY_OVER_1024_CHARS: ["a key is longer than 1024 characters", "a key of the reference"],
  MISSING_CHAR: [
    "a quote, bracket, comma, colon or blank is missing",
    "pairs closed, a blank after a colon",
  ],
  MULTILINE_IMPLICIT_KEY: ["a key runs over several lines", "one key a line, followed by a colon"],
  TAB_AS_INDENT: ["a tab is used to indent", "spaces"],
};

/**
 * Parses text that has passed the limits, with the marks found there. Never throws, whatever the
 * text.
 */
export function readDocument(text: string, marks: readonly Mark[]): Content {
  const reader = new DocumentReader();
  for (const { offset, kind } of marks) reader.add([], offset, MARKS[kind]);
  const documents = parseAllDocuments(text, {
    version: "1.2",
    merge: false,
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  if ("empty" in documents) return reader.content(null);
  const [first, second] = documents;
  if (first === undefined) return reader.content(null);
  const broken = reader.syntax(first);
  if (second !== undefined) {
    reader.add([], second.range[0], ["a second document begins here", "one document in one file"]);
  }
  return reader.content(broken ? undefined : reader.read(first.contents, [], 0));
}

interface Place {
  readonly key: number;
  readonly value: number;
}

class DocumentReader {
  readonly #found: Found[] = [];
  readonly #foundPaths = new Set<string>();
  readonly #places = new Map<string, Place>([["[]", { key: 0, value: 0 }]]);

  content(value: unknown): Content {
    return {
      value,
      found: this.#found,
      offsetOf: (path, part) => {
        const place = this.#places.get(JSON.stringify(path));
        if (place !== undefined) return place[part];
        return this.content(value).offsetOf(path.slice(0, -1), "key");
      },
      isFound: (path) =>
        path.some((_, i) => this.#foundPaths.has(JSON.stringify(path.slice(0, i + 1)))),
    };
  }

  /**
   * Reports a problem; what the schema says of the same path is then left out. Returns undefined,
   * as the value.
   */
  add(path: Path, offset: number, text: Text, value?: unknown): undefined {
    if (path.length > 0) this.#foundPaths.add(JSON.stringify(path));
    return this.report(path, offset, text, value);
  }

  /** Reports a problem that says nothing of the rest of what stands at the path. */
  report(path: Path, offset: number, [message, expected]: Text, value?: unknown): undefined {
    const whole = message.startsWith("has ") ? "the file " : "";
    const subject = path.length === 0 ? whole : `${pathText(path)} `;
    const sentence = `${subject}${message}: expected ${expected}`;
    this.#found.push({ path, offset, message: sentence, expected, value });
  }

  /** Reports the parser's errors and warnings; returns whether the content cannot be relied on. */
  syntax(document: Document.Parsed): boolean {
    const reported = new Set<ErrorCode>();
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      const text = SYNTAX[code];
      // One slip breaks much of what follows it: each kind of error is told once.
      if (text === null || reported.has(code)) continue;
      reported.add(code);
      this.add([], pos[0], text ?? ["from here on this is not YAML", "key: value"]);
    }
    return reported.size > 0;
  }

  /** A node as a value; what is not allowed is reported and undefined. */
  read(node: ParsedNode | null, path: Path, depth: number): unknown {
    if (node === null) return null;
    const [offset] = node.range;
    if (depth > MAX_DEPTH) {
      const { problem } = tooDeep(offset);
      return this.add(path, offset, [problem.message, problem.expected]);
    }
    if (isAlias(node) || node.tag !== undefined) this.#foundPaths.add(JSON.stringify(path));
    if (isMap(node)) return this.#map(node.items, path, depth);
    if (isSeq(node)) return node.items.map((item, i) => this.#item(item, [...path, i], depth));
    return isScalar(node) ? this.#scalar(node, path, offset) : undefined;
  }

  #item(item: unknown, path: Path, depth: number): unknown {
    const node = item as ParsedNode;
    this.#places.set(JSON.stringify(path), { key: node.range[0], value: node.range[0] });
    return this.read(node, path, depth + 1);
  }

  #map(items: readonly unknown[], path: Path, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = Object.create(null);
    for (const item of items) {
      const { key, value } = item as Pair<ParsedNode, ParsedNode | null>;
      const name = this.#keyName(key, path);
      if (name === undefined) continue;
      const here = [...path, name];
      if (Object.hasOwn(record, name)) {
        this.add(here, key.range[0], ["stands here twice", "each key once"]);
        continue;
      }
      const empty = value === null || (isScalar(value) && value.range[0] === value.range[1]);
      const place = { key: key.range[0], value: empty ? key.range[0] : value.range[0] };
      this.#places.set(JSON.stringify(here), place);
      record[name] = this.read(value, here, depth + 1);
    }
    return record;
  }

  #keyName(key: ParsedNode, path: Path): string | undefined {
    const [offset] = key.range;
    if (!isScalar(key) || typeof key.value !== "string") {
      return this.report(path, offset, ["has a key that is not text", "a word, or text in quotes"]);
    }
    if (key.value === "<<") {
      return this.report(path, offset, ["has a merge key", "the keys themselves"]);
    }
    if (key.value === "__proto__") {
      return this.report(path, offset, ["has the key __proto__", "a key of the reference"]);
    }
    if (HIDDEN_CHARACTER.test(key.value)) return this.report(path, offset, HIDDEN);
    return key.value;
  }

  #scalar(node: Scalar.Parsed, path: Path, offset: number): unknown {
    const { value, source } = node;
    if (typeof value === "string") {
      return HIDDEN_CHARACTER.test(value) ? this.add(path, offset, HIDDEN) : value;
    }
    if (typeof value === "bigint") return this.#integer(value, source, path, offset);
    if (typeof value === "number" && Number.isInteger(value)) {
      return this.add(
        path,
        offset,
        ["is a whole number that is not written plainly", PLAIN_INTEGER],
        source,
      );
    }
    return value;
  }

  #integer(value: bigint, source: string, path: Path, offset: number): number | undefined {
    if (!/^-?(?:0|[1-9]\d*)$/.test(source)) {
      return this.add(
        path,
        offset,
        ["is a whole number that is not written plainly", PLAIN_INTEGER],
        source,
      );
    }
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      return this.add(
        path,
        offset,
        ["is a whole number too large to be exact", PLAIN_INTEGER],
        source,
      );
    }
    return number;
  }
}

const PLAIN_INTEGER = "decimal digits, at most 9007199254740991; text goes in quotes";
const HIDDEN: Text = [
  "holds a character that can hide what it says",
  "text without control, byte order and bidirectional characters",
];
