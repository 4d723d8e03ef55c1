// The bundle that the Action and a checkout without node_modules run: dist/action.js and
// dist/cli.js. It is not minified: who audits what deletes data must be able to read it, and stack
// traces name lines.
import { defineConfig } from "rolldown";

export default defineConfig({
  input: { action: "src/action.ts", cli: "src/cli.ts" },
  platform: "node",
  tsconfig: "tsconfig.json",
  // Packages in CommonJS look for their files beside themselves; in the bundle that is dist/.
  transform: { target: "node24", define: { __dirname: "import.meta.dirname" } },
  output: {
    dir: "dist",
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    cleanDir: true,
    comments: { legal: true, annotation: false, jsdoc: true },
  },
});
