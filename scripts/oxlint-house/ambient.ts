// Rules about what comes from nowhere: environment, clock, timers, randomness.
import { child, children, globalUses, memberName, nameOf, repositoryPath, rule } from "./ast.ts";
import type { Context, Node } from "./ast.ts";

const RUNTIME = /^src\/runtime\//;
const ENVIRONMENT = "src/runtime/environment.ts";
/**
 * The two shells read arguments and set the exit status; the environment comes to them as a value.
 */
const SHELLS = /^src\/(cli|action)\.ts$/;

const CLOCK = "the clock and timers come from src/runtime/ as an argument (Clock)";
const CHANCE = "randomness comes from src/runtime/ as an argument";

/** Reading these members of these globals is for src/runtime/ alone. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Date: { now: CLOCK },
  performance: { now: CLOCK, timeOrigin: CLOCK },
  Math: { random: CHANCE },
  crypto: { randomUUID: CHANCE, getRandomValues: CHANCE, subtle: CHANCE },
  AbortSignal: { timeout: CLOCK },
};

const GLOBALS: Readonly<Record<string, string>> = {
  setTimeout: CLOCK,
  setInterval: CLOCK,
  setImmediate: CLOCK,
  globalThis: "globals are named directly: through globalThis the rules would not see them",
  global: "globals are named directly: through global the rules would not see them",
};

/** Names that must not be given another name, or the rules would not see their use. */
const NO_ALIAS = new Set(["process", ...Object.keys(MEMBERS)]);

const RANDOM_IMPORTS = /^(random\w+|getRandomValues|webcrypto|generateKey\w*|default)$/;

function isObjectOfMember(identifier: Node): boolean {
  return (
    identifier.parent?.type === "MemberExpression" && identifier.parent["object"] === identifier
  );
}

function isTypeUse(identifier: Node): boolean {
  return identifier.parent?.type.startsWith("TS") === true;
}

/** The members of `process` that a use of it reads, or undefined where that cannot be seen. */
function readMembers(identifier: Node): readonly string[] | undefined {
  const { parent } = identifier;
  if (parent === undefined) return undefined;
  const pattern = parent["init"] === identifier ? child(parent, "id") : undefined;
  const keys =
    pattern?.type === "ObjectPattern"
      ? children(pattern, "properties").map((property) => nameOf(child(property, "key")))
      : [isObjectOfMember(identifier) ? memberName(parent) : undefined];
  return keys.every((key) => key !== undefined) ? keys : undefined;
}

/** What is wrong with one use of the global `process`, or undefined. */
function processProblem(path: string, identifier: Node): string | undefined {
  const members = readMembers(identifier);
  if (members === undefined) return "process gets no other name: the rules would not see its use";
  if (members.includes("env") && path !== ENVIRONMENT) {
    return `only ${ENVIRONMENT} reads the environment`;
  }
  const allowed = RUNTIME.test(path) || SHELLS.test(path);
  return allowed ? undefined : "process is for src/runtime/ and the two shells";
}

/** What is wrong with one use of a global's clock or chance, or undefined. */
function ambientProblem(name: string, identifier: Node): string | undefined {
  if (GLOBALS[name] !== undefined) return GLOBALS[name];
  const { parent } = identifier;
  if (parent === undefined) return undefined;
  if (name === "Date" && parent.type === "CallExpression" && parent["callee"] === identifier)
    return CLOCK;
  if (name === "Date" && parent.type === "NewExpression") {
    return children(parent, "arguments").length === 0 ? CLOCK : undefined;
  }
  if (!NO_ALIAS.has(name)) return undefined;
  if (!isObjectOfMember(identifier)) {
    const compared = parent.type === "BinaryExpression"; // x instanceof Date
    return compared ? undefined : `${name} gets no other name: the rules would not see its use`;
  }
  const member = memberName(parent);
  if (member === undefined) return `${name} is read by a fixed name: the rules must see its use`;
  return MEMBERS[name]?.[member];
}

function checkGlobals(context: Context, path: string): void {
  for (const identifier of globalUses(context)) {
    const name = nameOf(identifier);
    if (name === undefined || isTypeUse(identifier)) continue;
    const inRuntime = RUNTIME.test(path);
    const problem =
      name === "process"
        ? processProblem(path, identifier)
        : inRuntime
          ? undefined
          : ambientProblem(name, identifier);
    if (problem !== undefined) context.report({ node: identifier, message: problem });
  }
}

/**
 * Environment, clock, timers and randomness are read in src/runtime/ alone, and never under an
 * alias.
 */
export const runtimeOnly = rule("clock, chance and environment live in src/runtime/", (context) => {
  const path = repositoryPath(context);
  const inRuntime = RUNTIME.test(path);
  const message = { clock: CLOCK, chance: CHANCE };
  return {
    "Program:exit": () => checkGlobals(context, path),
    MemberExpression(node) {
      if (!inRuntime && memberName(node) === "Now")
        context.report({ node, message: message.clock });
    },
    "ObjectPattern > Property"(node) {
      const name = nameOf(child(node, "key"));
      if (!inRuntime && name === "Now") context.report({ node, message: message.clock });
    },
    "ImportDeclaration[source.value=/^(node:)?crypto$/]"(node) {
      if (inRuntime || node["importKind"] === "type") return;
      for (const specifier of children(node, "specifiers")) {
        const name = nameOf(child(specifier, "imported")) ?? "default";
        if (RANDOM_IMPORTS.test(name)) context.report({ node: specifier, message: message.chance });
      }
    },
  };
});
