// The shipped workflows, run with the built bundle: `npm run test:workflow` (see test/workflow/).
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Their source maps name files that they do not bring.
  logLevel: "error",
  test: {
    include: ["test/workflow/**/*.test.ts"],
    globalSetup: ["test/workflow/bundle.ts"],
    // GitHub's packages import JSON without an attribute: Node alone does not load them.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 240_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
