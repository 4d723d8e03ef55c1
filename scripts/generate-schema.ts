// Writes what is made from the flow schema: schema/flow.schema.json (for editors) and
// docs/reference/flow.md (for people); and src/archive/hfile/scripts.json, made from the WarpScript
// files beside it. Tests compare all with what stands there.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { flowSchema } from "../src/flow/schema.ts";
import { cliPage } from "./cli-page.ts";
import { hfileScriptsText } from "./hfile-scripts.ts";
import { isMain } from "./main-module.ts";
import { plainText, referencePage, type JsonSchema } from "./reference-page.ts";

/** The editor's schema: what a person may write, with texts for hovering. */
export function flowJsonSchema(): JsonSchema {
  return z.toJSONSchema(flowSchema, {
    target: "draft-7",
    io: "input",
    override: ({ jsonSchema }) => {
      const { description, default: standard } = jsonSchema;
      if (description === undefined) return;
      const isPlain = standard !== undefined && typeof standard !== "object" && standard !== "";
      const suffix = isPlain ? `\n\nDefault: \`${plainText(standard)}\`` : "";
      jsonSchema["markdownDescription"] = description + suffix;
    },
  }) as JsonSchema;
}

/** Text of `schema/flow.schema.json`. */
export const schemaText = (): string => `${JSON.stringify(flowJsonSchema(), null, 2)}\n`;

/** Text of `docs/reference/flow.md`. */
export const referenceText = (): string =>
  referencePage(flowJsonSchema(), readFileSync(pathOf("flows/metrics.yaml"), "utf8"));

function pathOf(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

/** Files and texts, by path from the repository's top. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  "schema/flow.schema.json": schemaText,
  "docs/reference/flow.md": referenceText,
  "docs/reference/cli.md": cliPage,
  "src/archive/hfile/scripts.json": hfileScriptsText,
};

if (isMain(import.meta.url)) {
  for (const [path, text] of Object.entries(GENERATED)) {
    writeFileSync(pathOf(path), text());
    process.stderr.write(`wrote ${path}\n`);
  }
}
