// Whether a module was started itself, or imported: The module's own flag came with a later Node 24
// than the oldest we take.
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** True in the module that `node FILE` started; pass `import.meta.url`. */
export function isMain(url: string): boolean {
  const [, script] = process.argv;
  return script !== undefined && pathToFileURL(realpathSync(script)).href === url;
}
