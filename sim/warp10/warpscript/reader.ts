// Script text into words and literals, line by line, run as it is read (facts warp10 §1.1).
import { looksDouble } from "../text/javaNumbers.ts";
import { decodePercent } from "../text/percent.ts";
import { JavaError } from "../values.ts";
import { Fatal, Leave, Macro, WordOp } from "./items.ts";
import type { Item, Steps } from "./items.ts";
import type { Stack } from "./stack.ts";

/** How many characters of the script an error quotes on each side of the failing word. */
const QUOTED = 30;

interface Statement {
  readonly text: string;
  readonly at: number;
}

/** Reads a script's lines and runs them on a stack. */
export class Reader {
  private readonly stack: Stack;
  private readonly macros: Macro[] = [];
  private multiline: string[] | undefined;
  private inComment = false;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  /** Runs one line. Errors quote it. */
  *line(raw: string): Steps {
    const line = raw.trim();
    if (this.multiline !== undefined) {
      if (line !== "'>") {
        this.multiline.push(raw);
        return;
      }
      const text = this.multiline.join("\n");
      this.multiline = undefined;
      yield* this.emit(text);
      return;
    }
    for (const statement of this.statements(line)) {
      if (this.inComment) {
        if (statement.text === "*/") this.inComment = false;
        continue;
      }
      if (statement.text.startsWith("#") || statement.text.startsWith("//")) return;
      if (statement.text === "/*") {
        this.inComment = true;
        continue;
      }
      if (statement.text === "<'") {
        this.multiline = [];
        return;
      }
      try {
        yield* this.statement(statement.text);
      } catch (error) {
        if (error instanceof Leave || error instanceof Fatal) throw error;
        throw this.quoting(line, statement, error);
      }
    }
  }

  /** Throws a JavaError where a construct is still open. */
  checkBalanced(): void {
    if (this.multiline !== undefined) throw new JavaError("Unbalanced <' construct.");
    if (this.inComment) throw new JavaError("Unbalanced /* construct.");
    if (this.macros.length > 0) throw new JavaError("Unbalanced <% construct.");
  }

  private statements(line: string): Statement[] {
    const found: Statement[] = [];
    let at = 0;
    while (at < line.length) {
      if (line[at] === " " || line[at] === "\t") {
        at += 1;
        continue;
      }
      const start = at;
      let quote = "";
      for (; at < line.length; at++) {
        const c = line[at] ?? "";
        if (quote !== "") quote = c === quote ? "" : quote;
        else if (c === " " || c === "\t") break;
        else if (c === "'" || c === '"') quote = line.startsWith("<'", start) && c === "'" ? "" : c;
      }
      const text = line.slice(start, at);
      // An open string is only an error where it is neither a comment nor the start of one.
      if (quote !== "" && !this.inComment && !isComment(line, start)) {
        const cause = new JavaError("Cannot find end of string");
        throw new JavaError(`Exception at '=><=${line.slice(0, QUOTED)}' in section [TOP]`, cause);
      }
      found.push({ text, at: start });
    }
    return found;
  }

  private quoting(line: string, { text, at }: Statement, error: unknown): JavaError {
    const before = line.slice(Math.max(0, at - QUOTED), at);
    const after = line.slice(at + text.length, at + text.length + QUOTED);
    return new JavaError(
      `Exception at '${before}=>${text}<=${after}' in section ${this.stack.section}`,
      error instanceof JavaError ? error : new JavaError(String(error)),
    );
  }

  private *statement(text: string): Steps {
    if (text === "<%") {
      this.macros.push(new Macro());
      return;
    }
    if (text === "%>") {
      const macro = this.macros.pop();
      if (macro === undefined) throw new JavaError("Not inside a macro definition.");
      yield* this.emit(macro);
      return;
    }
    const constant = literalOf(text);
    if (constant !== undefined) return yield* this.emit(constant);
    if (text.startsWith("$")) return yield* this.emit(text.slice(1), "LOAD");
    if (text.startsWith("!$")) return yield* this.emit(this.stack.load(text.slice(2)));
    if (text.startsWith("@")) return yield* this.emit(text.slice(1), "RUN");
    const word = this.stack.library.get(text);
    if (word === undefined) throw new JavaError(`Unknown function '${text}'`);
    yield* this.emit(new WordOp(word));
  }

  private *emit(...ops: (Item | WordOp | "LOAD" | "RUN")[]): Steps {
    const [first = null, name] = ops;
    const macro = this.macros.at(-1);
    const resolved: (Item | WordOp)[] = [first];
    const word = typeof name === "string" ? this.stack.library.get(name) : undefined;
    if (word !== undefined) resolved.push(new WordOp(word));
    if (macro !== undefined) macro.ops.push(...resolved);
    else for (const op of resolved) yield* this.stack.apply(op);
  }
}

function isComment(line: string, at: number): boolean {
  return /(?:^|\s)(?:#|\/\/|\/\*)/.test(line.slice(0, at)) || /^(?:#|\/\/)/.test(line.slice(at));
}

/**
 * A number, string or boolean; undefined for a word. Throws a JavaError for an integer beyond 64
 * bits.
 */
export function literalOf(text: string): Item | undefined {
  const first = text[0];
  if (text.length > 1 && (first === "'" || first === '"') && text.endsWith(first)) {
    return decodePercent(text.slice(1, -1));
  }
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text.replace(/^\+/, ""));
    if (BigInt.asIntN(64, value) !== value) throw new JavaError(`For input string: "${text}"`);
    return value;
  }
  if (/^0x[0-9A-Fa-f]+$/.test(text) || /^0b[01]+$/.test(text))
    return BigInt.asIntN(64, BigInt(text));
  if (looksDouble(text)) return Number(text);
  if (/^(?:t|true)$/i.test(text)) return true;
  if (/^(?:f|false)$/i.test(text)) return false;
  return undefined;
}
