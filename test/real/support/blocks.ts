// The fenced blocks of a page of docs/, to be run as they stand there.
import { readFileSync } from "node:fs";

/** A block: its language and its text. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of a page in its order; `$NAME` is replaced where `values` has NAME. */
export function blocksOf(page: string, values: Readonly<Record<string, string>>): Block[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", body = ""]) => ({
    language,
    text: body.replaceAll(/\$([A-Z][A-Z0-9_]*)/g, (all, name: string) => values[name] ?? all),
  }));
}
