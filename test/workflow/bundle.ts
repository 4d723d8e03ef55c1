// Builds dist/ before the suite: what the scenarios run is what a release tag would hold.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Called by vitest once. */
export function setup(): void {
  const script = join(import.meta.dirname, "..", "..", "scripts", "build.ts");
  execFileSync(process.execPath, [script], { stdio: ["ignore", "ignore", "inherit"] });
}
