// A forge that asks at most once in a while: a decorator of the port.
import type { Clock } from "../runtime/clock.ts";
import type { Forge } from "./forge.ts";

/** Keeps each answer for `freshMs`; what fails is not kept. */
export function keptFor(forge: Forge, clock: Pick<Clock, "now">, freshMs: number): Forge {
  const kept = new Map<string, { atMs: number; text: string | undefined }>();
  return {
    branch: forge.branch,
    pathInside: (file) => forge.pathInside(file),
    fileAsFetched: (path) => forge.fileAsFetched(path),
    async fileNow(path) {
      const known = kept.get(path);
      const atMs = clock.now();
      if (known && atMs - known.atMs < freshMs) return known.text;
      const text = await forge.fileNow(path);
      kept.set(path, { atMs, text });
      return text;
    },
  };
}
