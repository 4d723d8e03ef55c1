import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/real/**",
      "test/{sweep,soak}/**",
      "test/protocol/**",
      "test/fuzz/**",
      "test/workflow/**",
      "test/e2e/!(way).test.ts",
      "test/faults/matrix.test.ts",
      "node_modules/**",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
