// A mutant of the program's own text: what a protection says is replaced by what is said without
// it. The text must be there exactly once, or the mutant is out of date and says so.
import { relative, sep } from "node:path";

/** One replacement in one file. */
export interface Patch {
  /** From the repository's top: `src/purge/gate.ts`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The file's text with its patch. Throws when the patch does not fit exactly once. */
export function patched(text: string, { file, from, to }: Patch): string {
  const parts = text.split(from);
  if (parts.length !== 2) {
    throw new Error(`the mutant's text is ${parts.length - 1} times in ${file}: ${from}`);
  }
  return parts.join(to);
}

/** A file's place from the repository's top, with slashes. */
export const placeOf = (root: string, path: string): string =>
  relative(root, path).split(sep).join("/");
