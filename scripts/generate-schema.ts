// Writes what is made from the schemas of flow and policy: schema/*.schema.json (for editors) and
// docs/reference/{flow,policy}.md (for people); and src/archive/hfile/scripts.json, made from the
// WarpScript files beside it. Tests compare all with what stands there.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { flowSchema } from "../src/flow/schema.ts";
import { policySchema } from "../src/flow/policy-schema.ts";
import { cliPage } from "./cli-page.ts";
import { hfileScriptsText } from "./hfile-scripts.ts";
import { isMain } from "./main-module.ts";
import { policyPage } from "./policy-page.ts";
import { plainText, referencePage, type JsonSchema } from "./reference-page.ts";

/** The editor's schema of a flow: what a person may write, with texts for hovering. */
export const flowJsonSchema = (): JsonSchema => jsonSchemaOf(flowSchema);

/** The same of the policy. */
export const policyJsonSchema = (): JsonSchema => jsonSchemaOf(policySchema);

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
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

const policySchemaText = (): string => `${JSON.stringify(policyJsonSchema(), null, 2)}\n`;

/** Text of `docs/reference/flow.md`. */
export const referenceText = (): string =>
  referencePage(flowJsonSchema(), readFileSync(pathOf("flows/metrics.yaml"), "utf8"));

function pathOf(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

/** Workflows that `cellarman init` writes, as far as they are there. */
const SHIPPED = ["offload", "review", "control", "rerun", "watchdog"];

/** Text of `src/init/shipped.json`: what `init` writes, in the bundle too. */
function shippedText(): string {
  const names = SHIPPED.map((name) => `${name}.yml`);
  const there = names.filter((name) => existsSync(pathOf(`.github/workflows/${name}`)));
  const read = (path: string): string => readFileSync(pathOf(path), "utf8");
  const workflows = there.map((name) => [name, read(`.github/workflows/${name}`)]);
  const shipped = { workflows: Object.fromEntries(workflows), flow: read("flows/metrics.yaml") };
  return `${JSON.stringify(shipped, null, 2)}\n`;
}

/** Files and texts, by path from the repository's top. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  "schema/flow.schema.json": schemaText,
  "schema/policy.schema.json": policySchemaText,
  "docs/reference/flow.md": referenceText,
  "docs/reference/policy.md": () => policyPage(policyJsonSchema()),
  "docs/reference/cli.md": cliPage,
  "src/archive/hfile/scripts.json": hfileScriptsText,
  "src/init/shipped.json": shippedText,
};

if (isMain(import.meta.url)) {
  for (const [path, text] of Object.entries(GENERATED)) {
    writeFileSync(pathOf(path), text());
    process.stderr.write(`wrote ${path}\n`);
  }
}
