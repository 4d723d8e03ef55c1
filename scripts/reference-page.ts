// The reference page of flow files, from the generated JSON Schema.
import {
  MAX_REGEX_CHOICES,
  MAX_REGEX_GROUPS,
  MAX_REGEX_LENGTH,
  MAX_REGEX_LOOPS,
  MAX_REGEX_REPEAT,
} from "../src/flow/regex.ts";
import { MAX_DEPTH, MAX_FILE_BYTES, MAX_LINES, MAX_NODES } from "../src/flow/limits.ts";
import { RULES } from "../src/flow/rules.ts";

/** A JSON Schema (draft-07), as far as the generated one goes. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** A default or constant as a flow file has it. */
export const plainText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

const headText = (
  example: string,
): string => `<!-- Made by scripts/generate-schema.ts from src/flow/schema.ts. Do not edit. -->

# Flow files

One flow is one YAML file in \`flows/\`. The shortest that purges:

\`\`\`yaml
${example}\`\`\`

\`cellarman validate\` reports every problem of every file at once, each with file, line and column.
A key without a default that is not marked *optional* must be there. Unknown keys are errors.
`;

/** The page: one table a section, then durations, regexes, rules and limits. */
export function referencePage(schema: JsonSchema, example: string): string {
  const tables = sectionTables(schema);
  return [headText(example), ...tables, DURATIONS, regexText(), rulesText(), LIMITS].join("\n");
}

/** One table a section of a file. */
export const sectionTables = (schema: JsonSchema): string[] =>
  sectionsOf("", schema).map(sectionText);

interface Section {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** The root's plain keys, then every section below it in the order of the schema. */
function sectionsOf(path: string, schema: JsonSchema): Section[] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const here = path === "" ? key : `${path}.${key}`;
    if (child.items?.properties !== undefined) return [{ path: `${here}[]`, schema: child.items }];
    if (isFence(child)) return (child.anyOf ?? []).map((kind) => ({ path: here, schema: kind }));
    return isSection(child) ? sectionsOf(here, child) : [];
  });
  return [{ path, schema }, ...below];
}

const isFence = (schema: JsonSchema): boolean =>
  schema.anyOf?.every((kind) => kind.properties !== undefined) ?? false;

const isSecret = (schema: JsonSchema): boolean => schema.properties?.["env"] !== undefined;

const isSection = (schema: JsonSchema): boolean =>
  schema.properties !== undefined && !isSecret(schema);

function sectionText({ path, schema }: Section): string {
  const rows = Object.entries(schema.properties ?? {})
    .filter(([, child]) => !isSection(child))
    .map(([key, child]) => rowText(key, child, schema.required?.includes(key) ?? false));
  const title = path === "" ? "The file itself" : `\`${path}\``;
  const table = `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join("\n")}`;
  return `## ${title}\n\n${schema.description ?? ""}\n\n${table}\n`;
}

function rowText(key: string, schema: JsonSchema, required: boolean): string {
  const standard = required ? "" : defaultText(schema.default);
  const cells = [`\`${key}\``, typeText(schema), standard, schema.description ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function defaultText(value: unknown): string {
  if (value === undefined) return "*optional*";
  if (["", "{}", "[]"].includes(typeof value === "string" ? value : JSON.stringify(value)))
    return "empty";
  if (typeof value !== "object") return `\`${plainText(value)}\``;
  const pairs = Object.entries(value ?? {}).map(([key, inner]) => `${key}: ${String(inner)}`);
  return `\`{ ${pairs.join(", ")} }\``;
}

function typeText(schema: JsonSchema): string {
  if (isSecret(schema)) return "`{ env: NAME }`";
  if (schema.const !== undefined) return `\`${plainText(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(", ");
  if (schema.title !== undefined) return schema.title;
  if (schema.items !== undefined) return `list of ${itemText(schema.items)}`;
  return schema.type === "string" ? "text" : (schema.type ?? "");
}

const itemText = (schema: JsonSchema): string =>
  schema.properties === undefined ? typeText(schema) : "selectors";

const DURATIONS = `## Durations

Durations are ISO 8601, of whole numbers: \`P3M\`, \`P12W\`, \`P14D\`, \`PT10M\`, \`P1DT12H\`.
A *fixed duration* has no years and months, because these have no fixed length; a day is 24 hours
(all times are UTC). A *duration by the calendar* may have them: \`P3M\` after the end of November
is the end of February.
`;

const regexText = (): string => `## Regular expressions

The server matches them against the whole class name or value (\`java.util.regex\`); the tool checks
them without running them. It takes a part of the syntax that is safe to send:

- letters and signs, \`.\`, \`^\`, \`$\`, \`\\b\`; \`.\` does not match line terminators
- escapes \`\\d \\w \\s \\D \\W \\S \\t \\n \\r \\f \\xhh \\uhhhh\`, and a backslash before any sign
- classes \`[a-z]\`, \`[^.]\`; a \`[\` or \`]\` in them has a backslash
- groups \`(…)\`, \`(?:…)\`, \`(?i)\`, \`(?s)\`, \`(?i:…)\`, and lookaheads \`(?=…)\`, \`(?!…)\`
- quantifiers \`* + ? {n} {n,} {n,m}\`, each also with \`?\` after it

Refused: back-references, named groups, lookbehinds, possessive quantifiers, \`\\Q…\\E\`,
\`\\p{…}\`, classes in classes; and what could keep the server busy for ever, such as \`(a+)+\`
or \`(a|b)*\`.

| limit | |
|---|---|
| characters | ${MAX_REGEX_LENGTH} |
| groups in one another | ${MAX_REGEX_GROUPS} |
| repetitions of one part | ${MAX_REGEX_REPEAT} |
| parts with more than ten ways to match, such as \`.*\` | ${MAX_REGEX_LOOPS} |
| places with a choice, these included | ${MAX_REGEX_CHOICES} |

Prefer exact names: they are faster, too.
`;

const rulesText = (): string => `## Rules

Beyond single values, these are checked:

${RULES.map((rule) => `- \`${rule.name}\`: ${rule.says}`).join("\n")}
`;

const LIMITS = `## YAML

YAML 1.2, one document in a file. Not allowed: directives, tags, anchors, aliases, merge keys, a key
twice, numbers that are not plain decimals, control and bidirectional characters. Limits:
${MAX_FILE_BYTES} bytes, ${MAX_LINES} lines, ${MAX_NODES} values, ${MAX_DEPTH} levels.
`;
