import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/real/**",
      "test/sweep/**",
      "test/protocol/**",
      "test/workflow/**",
      "test/e2e/!(way).test.ts",
      "node_modules/**",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
