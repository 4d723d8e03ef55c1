// The slower suites: everything that starts many worlds or processes. `npm run test:slow`, and CI.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/{e2e,sweep,soak,protocol,fuzz}/**/*.test.ts", "test/faults/matrix.test.ts"],
    exclude: ["test/e2e/way.test.ts", "node_modules/**"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
