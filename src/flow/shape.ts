// Which keys the schema knows, and where: for "did you mean" and for keys that stand in the wrong
// section.
import type { z } from "zod";
import { pathText, type Path } from "./problems.ts";

/** A kind of file that people write: what it is called, and what may stand in it. */
export interface FileKind {
  readonly name: "flow" | "policy" | "approval";
  readonly schema: z.core.$ZodType;
}

/** The keys that may stand in the section at a path; none where there is no section. */
export function keysAt({ schema: root }: Pick<FileKind, "schema">, path: Path): readonly string[] {
  let schemas: readonly z.core.$ZodType[] = [root];
  for (const part of path) schemas = schemas.flatMap((schema) => childrenOf(schema, part));
  return schemas.flatMap((schema) => Object.keys(shapeOf(schema)));
}

const sections = new WeakMap<z.core.$ZodType, ReadonlyMap<string, readonly string[]>>();

/** The sections, other than the root, in which a key is known. */
export function sectionsWith(kind: Pick<FileKind, "schema">, key: string): readonly string[] {
  const known =
    sections.get(kind.schema) ??
    new Map(innerSections(kind).map((path) => [pathText(path), keysAt(kind, path)]));
  sections.set(kind.schema, known);
  return [...known].filter(([, keys]) => keys.includes(key)).map(([section]) => section);
}

function innerSections(kind: Pick<FileKind, "schema">): Path[] {
  return keysAt(kind, []).flatMap((section) => [
    [section],
    ...keysAt(kind, [section]).map((inner) => [section, inner]),
  ]);
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The alternatives under `.default`, `.optional` and unions. */
function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { innerType, options } = definition(schema);
  if (innerType !== undefined) return unwrap(innerType);
  return options === undefined ? [schema] : options.flatMap(unwrap);
}

function shapeOf(schema: z.core.$ZodType): Shape {
  return Object.assign({}, ...unwrap(schema).map((s) => definition(s).shape ?? {})) as Shape;
}

function childrenOf(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  return unwrap(schema).flatMap((s) => {
    const { shape, element, valueType } = definition(s);
    const child = typeof part === "number" ? element : (shape?.[part] ?? valueType);
    return child === undefined ? [] : [child];
  });
}

/** What zod keeps of the kinds of schema that a flow is made of. */
interface Definition {
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly shape?: Shape;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
}

const definition = (schema: z.core.$ZodType): Definition =>
  schema._zod.def as unknown as Definition;
