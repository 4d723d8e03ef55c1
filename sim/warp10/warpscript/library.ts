// All words by name.
import type { Config } from "../config.ts";
import type { Word } from "./items.ts";
import { ARITHMETIC_WORDS } from "./words/arithmetic.ts";
import { CONTROL_WORDS } from "./words/control.ts";
import { DIRECTORY_WORDS } from "./words/directory.ts";
import { FETCH_WORDS } from "./words/fetchWord.ts";
import { GTS_WORDS } from "./words/gts.ts";
import { LIST_WORDS } from "./words/lists.ts";
import { LOOP_WORDS } from "./words/loops.ts";
import { PLATFORM_WORDS, SESSION_WORDS } from "./words/platform.ts";
import { ESTIMATE_WORDS, sharingWords } from "./words/sharing.ts";
import { STACK_WORDS } from "./words/stackWords.ts";
import { TEXT_WORDS } from "./words/texts.ts";

/** The language's words, and those of extensions that are loaded or given. */
export function libraryOf(
  { stackps, shm }: Pick<Config, "stackps" | "shm">,
  extensions: readonly Word[],
): ReadonlyMap<string, Word> {
  const all = [
    ...STACK_WORDS,
    ...ARITHMETIC_WORDS,
    ...CONTROL_WORDS,
    ...LOOP_WORDS,
    ...LIST_WORDS,
    ...TEXT_WORDS,
    ...GTS_WORDS,
    ...DIRECTORY_WORDS,
    ...FETCH_WORDS,
    ...PLATFORM_WORDS,
    ...ESTIMATE_WORDS,
    ...(stackps ? SESSION_WORDS : []),
    ...(shm ? sharingWords() : []),
    ...extensions,
  ];
  return new Map(all.map((word) => [word.name, word]));
}
