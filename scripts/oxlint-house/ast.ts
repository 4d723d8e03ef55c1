// The little of the syntax tree and of the linter's interface that the house rules need.

/** A node of the syntax tree (ESTree, with TypeScript's nodes). */
export interface Node {
  readonly type: string;
  readonly parent?: Node;
  readonly [field: string]: unknown;
}

interface Position {
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

interface Location {
  readonly start: Position;
  readonly end: Position;
}

interface Reference {
  readonly identifier: Node;
}

/** The outermost scope: the language's own names, and what no scope of the file defines. */
interface GlobalScope {
  readonly through: readonly Reference[];
  readonly variables: readonly {
    readonly defs: readonly unknown[];
    readonly references: readonly Reference[];
  }[];
}

/** What a rule gets from the linter. */
export interface Context {
  /** Absolute path of the file at hand. */
  readonly filename: string;
  /** Where the linter was started: the folder of its configuration. */
  readonly cwd: string;
  readonly sourceCode: {
    readonly lines: readonly string[];
    readonly scopeManager: { readonly globalScope: GlobalScope | null };
  };
  report(problem: ({ node: Node } | { loc: Location }) & { message: string }): void;
}

/** A rule: for a file, what to do at which kind of node. */
export interface Rule {
  readonly meta: { readonly type: "problem"; readonly docs: { readonly description: string } };
  create(context: Context): Record<string, (node: Node) => void>;
}

/** A rule from its one-line description and its visitors. */
export function rule(description: string, create: Rule["create"]): Rule {
  return { meta: { type: "problem", docs: { description } }, create };
}

/** Whether a value found in a node is itself a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** The node in a field, or undefined. */
export function child(node: Node | undefined, field: string): Node | undefined {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
}

/** The nodes in a field that holds a list. */
export function children(node: Node | undefined, field: string): readonly Node[] {
  const value = node?.[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier, the text of a string, or undefined. */
export function nameOf(node: Node | undefined): string | undefined {
  const value = node?.type === "Literal" ? node["value"] : node?.["name"];
  return typeof value === "string" ? value : undefined;
}

/** The name of the property that a member expression reads, whether by dot or by a string. */
export function memberName(node: Node): string | undefined {
  const property = child(node, "property");
  if (node["computed"] === true && property?.type !== "Literal") return undefined;
  return nameOf(property);
}

/** Every node under `root`, itself included; `skip` keeps the walk out of a branch. */
export function* walk(root: Node, skip: (node: Node) => boolean): Generator<Node> {
  if (skip(root)) return;
  yield root;
  for (const [field, value] of Object.entries(root)) {
    if (field === "parent") continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isNode(item)) yield* walk(item, skip);
    }
  }
}

/** Every use of a name that the file does not define itself. */
export function globalUses(context: Context): readonly Node[] {
  const scope = context.sourceCode.scopeManager.globalScope;
  if (scope === null) return [];
  const builtIn = scope.variables.filter((variable) => variable.defs.length === 0);
  const references = [...scope.through, ...builtIn.flatMap((variable) => variable.references)];
  return [...new Set(references.map((reference) => reference.identifier))];
}

/** The path of the file at hand from the repository's root, with forward slashes. */
export function repositoryPath(context: Context): string {
  const path = context.filename.replaceAll("\\", "/");
  const root = `${context.cwd.replaceAll("\\", "/")}/`;
  return path.startsWith(root) ? path.slice(root.length) : path;
}
