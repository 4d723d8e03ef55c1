// Rules about imports: their directions, no re-exports, and who may make a warrant.
import { children, child, nameOf, repositoryPath, rule } from "./ast.ts";
import type { Node } from "./ast.ts";
import { brokenLayers } from "./layers.ts";

/**
 * Imports follow the table in layers.ts: `import`, `import type`, `export … from` and `import()`.
 */
export const layers = rule("imports follow the directions of the house", (context) => {
  const importer = repositoryPath(context);
  const check = (node: Node) => {
    const specifier = nameOf(child(node, "source"));
    if (specifier === undefined) return;
    for (const layer of brokenLayers(importer, specifier)) {
      context.report({ node, message: `${layer.why}; this file imports ${specifier}` });
    }
  };
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
  };
});

/** A name is imported from the file that defines it: a barrel would hide who imports what. */
export const noReExport = rule("no barrels: nothing is exported again", (context) => {
  const imported = new Set<string | undefined>();
  const message = "no barrels: import from the file that defines it, and do not export it again";
  return {
    ImportDeclaration(node) {
      for (const specifier of children(node, "specifiers")) {
        imported.add(nameOf(child(specifier, "local")));
      }
    },
    ExportAllDeclaration: (node) => context.report({ node, message }),
    ExportNamedDeclaration(node) {
      if (child(node, "source") !== undefined) return context.report({ node, message });
      for (const specifier of children(node, "specifiers")) {
        if (imported.has(nameOf(child(specifier, "local")))) context.report({ node, message });
      }
    },
  };
});

const GATE = /^src\/purge\/gate[^/]*\.ts$/;

/** The gate alone makes warrants (design §3): nobody else may even name the function. */
export const warrantFromGate = rule("only src/purge/gate*.ts may use issueWarrant", (context) => {
  if (GATE.test(repositoryPath(context))) return {};
  return {
    "Identifier[name='issueWarrant']"(node) {
      const { parent } = node;
      if (parent?.type === "FunctionDeclaration" && parent["id"] === node) return;
      context.report({ node, message: "only the gate (src/purge/gate*.ts) may issue a warrant" });
    },
  };
});
