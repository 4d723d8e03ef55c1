// Whether the committed files that are made from others (the flow schema, the WarpScript files) are
// as they would be made now.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GENERATED } from "./generate-schema.ts";

const ROOT = join(import.meta.dirname, "..");

for (const [path, textNow] of Object.entries(GENERATED)) {
  if (readFileSync(join(ROOT, path), "utf8") === textNow()) continue;
  process.stderr.write(`${path} is stale; run: node scripts/generate-schema.ts\n`);
  process.exitCode = 1;
}
