// The bundle that the Action and a checkout without node_modules run: dist/action.js and
// dist/cli.js, each one file that needs nothing beside it. It is not minified: who audits what
// deletes data must be able to read it, and stack traces name lines.
import { defineConfig } from "rolldown";

/** One bundle: a program and the one file that it becomes. */
const bundleOf = (name: "action" | "cli") =>
  defineConfig({
    input: { [name]: `src/${name}.ts` },
    platform: "node" as const,
    tsconfig: "tsconfig.json",
    // Packages in CommonJS look for their files beside themselves; in the bundle that is dist/.
    transform: { target: "node24", define: { __dirname: "import.meta.dirname" } },
    output: {
      dir: "dist",
      format: "esm" as const,
      entryFileNames: "[name].js",
      // One file: what a verb loads when it is used is in it, and still runs only then.
      codeSplitting: false,
      comments: { legal: true, annotation: false, jsdoc: true },
    },
  });

export default [bundleOf("action"), bundleOf("cli")];
