// Who may use a word of the extension: each demands the capability of its own lower-case name,
// whose value is a regex of store names (facts warp10 §2.4, [DOC]).
import { compileJavaRegex } from "../text/javaRegex.ts";
import { JavaError } from "../values.ts";
import type { Stack } from "../warpscript/stack.ts";
import type { HfilesSettings } from "./options.ts";

/** Throws a JavaError where the script may not use this word on this store. */
export function demandCapability(
  stack: Stack,
  settings: HfilesSettings,
  word: string,
  store: string,
): void {
  if (!settings.capabilities) return;
  const granted = stack.require(word, word.toLowerCase());
  if (granted === "" || compileJavaRegex(granted)(store)) return;
  throw new JavaError(`${word} capability does not grant access to store '${store}'.`);
}
