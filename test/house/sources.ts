// The repository's own sources, as the tests of the house read them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { child, children, isNode, nameOf, walk } from "../../scripts/oxlint-house/ast.ts";
import type { Node } from "../../scripts/oxlint-house/ast.ts";
import { importedPath } from "../../scripts/oxlint-house/layers.ts";

/** The repository's root. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** Files under a folder, as paths from the root with forward slashes, sorted. */
export function filesUnder(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => pattern.test(path))
    .sort();
}

/** The text of a file. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const trees = new Map<string, Node>();

/** The syntax tree of a TypeScript file; it is parsed once. */
function treeOf(path: string): Node {
  const known = trees.get(path);
  if (known !== undefined) return known;
  const tree: unknown = parseAst(textOf(path), { lang: "ts" });
  if (!isNode(tree)) throw new Error(`${path} does not parse`);
  trees.set(path, tree);
  return tree;
}

const everything = () => false;
const IMPORTING =
  /^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression)$/;

/** What a file imports or exports from elsewhere: paths from the root, or package names. */
export function importsOf(path: string): string[] {
  const found: string[] = [];
  const tree = treeOf(path);
  const dynamic = textOf(path).includes("import(");
  for (const node of dynamic ? walk(tree, everything) : children(tree, "body")) {
    const specifier = IMPORTING.test(node.type) ? nameOf(child(node, "source")) : undefined;
    if (specifier !== undefined) found.push(importedPath(path, specifier));
  }
  return found;
}

/** The texts in a file's strings and templates: what the program could send. */
export function stringsOf(path: string): string[] {
  const found: string[] = [];
  for (const node of walk(treeOf(path), everything)) {
    if (node.type === "Literal" && typeof node["value"] === "string") found.push(node["value"]);
    for (const part of children(node, "quasis")) {
      const value = part["value"];
      if (typeof value === "object" && value !== null && "raw" in value)
        found.push(String(value.raw));
    }
  }
  return found;
}
