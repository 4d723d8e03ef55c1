// Completes an answer by its schema: what a handler leaves out and GitHub always says gets the
// plainest value that the schema allows, so that handlers say only what matters.
import type { Schema } from "./contract.ts";

type Known = Readonly<Record<string, Schema>>;
type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function resolved(schema: Schema, known: Known): Plain {
  let now: Schema = schema;
  while (typeof now !== "boolean" && typeof now["$ref"] === "string") {
    now = known[now["$ref"].slice("#/schemas/".length)] ?? true;
  }
  return typeof now === "boolean" ? {} : now;
}

/** The value with every required property that it lacks. Pure. */
export function fill(schema: Schema, value: unknown, known: Known): unknown {
  if (value === null) return null;
  const one = resolved(schema, known);
  const choices = (one["anyOf"] ?? one["oneOf"]) as Schema[] | undefined;
  if (choices) return value === undefined ? plainest(one, known) : fillBest(choices, value, known);
  if (Array.isArray(one["allOf"])) {
    return (one["allOf"] as Schema[]).reduce<unknown>((v, part) => fill(part, v, known), value);
  }
  if (Array.isArray(value)) {
    const items = (one["items"] ?? true) as Schema;
    return value.map((item) => fill(items, item, known));
  }
  if (value === undefined) return plainest(one, known);
  return isPlain(value) ? fillObject(one, value, known) : value;
}

function fillObject(one: Plain, value: Record<string, unknown>, known: Known): unknown {
  const properties = (one["properties"] ?? {}) as Record<string, Schema>;
  const filled: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    filled[name] = fill(properties[name] ?? true, given, known);
  }
  for (const name of (one["required"] ?? []) as string[]) {
    if (filled[name] === undefined) filled[name] = plainest(properties[name] ?? true, known);
  }
  return filled;
}

/** An object fits the choice that knows most of its properties. */
function fillBest(choices: readonly Schema[], value: unknown, known: Known): unknown {
  if (!isPlain(value) && !Array.isArray(value)) return value;
  const wanted = Array.isArray(value) ? "array" : "object";
  const fitness = (choice: Schema): number => {
    const one = resolved(choice, known);
    if (wanted === "array") return one["type"] === "array" ? 1 : 0;
    const names = Object.keys((one["properties"] ?? {}) as object);
    return names.filter((name) => name in (value as object)).length;
  };
  const [best] = choices.toSorted((a, b) => fitness(b) - fitness(a));
  return best === undefined ? value : fill(best, value, known);
}

/** The plainest value of a schema: null where it may be, else empty, zero, false. */
function plainest(schema: Schema, known: Known): unknown {
  const one = resolved(schema, known);
  const choices = (one["anyOf"] ?? one["oneOf"]) as Schema[] | undefined;
  if (choices) {
    const nullable = choices.some((choice) => resolved(choice, known)["type"] === "null");
    return nullable ? null : plainest(choices[0] ?? true, known);
  }
  if (Array.isArray(one["allOf"])) return fill(schema, {}, known);
  if (Array.isArray(one["enum"])) return (one["enum"] as unknown[])[0];
  switch (one["type"]) {
    case "string":
      return one["format"] === "date-time" ? "2026-01-01T00:00:00Z" : "";
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "null":
      return null;
    default:
      return fillObject(one, {}, known);
  }
}
