// The rule that importing a file does nothing: a module declares, its caller acts.
import { child, children, nameOf, repositoryPath, rule, walk } from "./ast.ts";
import type { Node } from "./ast.ts";

const SHELLS = /^src\/(cli|action)\.ts$/;
const MESSAGE = "no work at import time: declare here, and let the caller act";

/** Functions and classes run later, types never. */
const LATER = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|TS\w+)$/;
/** Expressions that only wrap a value for the type checker. */
const TYPE_WRAPPERS = /^TS(As|Satisfies|NonNull)Expression$/;
const DECLARATIONS =
  /^((Import|Export\w*|Function|Class|Variable)Declaration|TS(TypeAlias|Interface)Declaration)$/;

/** Roots of calls that only build a value: schemas, and what the language itself offers. */
const BUILDERS = new Set(
  (
    "z Date Object Array Set Map WeakMap WeakSet RegExp BigInt Number String Symbol URL Buffer " +
    "Uint8Array Uint16Array Uint32Array Int32Array BigInt64Array BigUint64Array Float64Array " +
    "Math Intl DataView ArrayBuffer TextEncoder TextDecoder Temporal Error JSON promisify"
  ).split(" "),
);

/** The identifier that a chain such as `z.string().min(1)` starts with. */
function rootOf(callee: Node | undefined): Node | undefined {
  let node = callee;
  while (node !== undefined && node.type !== "Identifier") {
    node = child(node, "object") ?? child(node, "callee") ?? child(node, "expression");
  }
  return node;
}

/** Names that a module defines itself or takes from a file of this repository. */
function ownNames(program: Node): Set<string | undefined> {
  const names = new Set<string | undefined>();
  for (const statement of children(program, "body")) {
    const own = child(statement, "declaration") ?? statement;
    if (nameOf(child(own, "source"))?.startsWith(".") === true) {
      for (const item of children(own, "specifiers")) names.add(nameOf(child(item, "local")));
    }
    names.add(nameOf(child(own, "id")));
    for (const item of children(own, "declarations")) names.add(nameOf(child(item, "id")));
  }
  return names;
}

function* effectsOf(initialiser: Node, own: Set<string | undefined>): Generator<Node> {
  const skip = (node: Node) => LATER.test(node.type) && !TYPE_WRAPPERS.test(node.type);
  for (const node of walk(initialiser, skip)) {
    if (node.type === "AwaitExpression") yield node;
    if (node.type !== "CallExpression" && node.type !== "NewExpression") continue;
    const root = rootOf(child(node, "callee"));
    const name = nameOf(root);
    if (root !== undefined && !BUILDERS.has(name ?? "") && !own.has(name)) yield node;
  }
}

/** Calls on values that this module or its neighbours define are taken for building a constant. */
export const noTopLevelWork = rule("importing a file does nothing", (context) => {
  if (SHELLS.test(repositoryPath(context))) return {};
  return {
    Program(program) {
      const own = ownNames(program);
      for (const statement of children(program, "body")) {
        const declared = child(statement, "declaration") ?? statement;
        if (!DECLARATIONS.test(statement.type))
          context.report({ node: statement, message: MESSAGE });
        for (const item of children(declared, "declarations")) {
          const value = child(item, "init");
          if (value === undefined) continue;
          for (const node of effectsOf(value, own)) context.report({ node, message: MESSAGE });
        }
      }
    },
  };
});
