// The tests that mutation testing runs (scripts/stryker.ts): those beside the mutated file.
import { defineConfig } from "vitest/config";

const wanted = process.env["MUTATION_TESTS"] ?? "test/ledger";

export default defineConfig({
  test: {
    include: [`${wanted}.test.ts`, `${wanted}/**/*.test.ts`],
    testTimeout: 30_000,
    pool: "forks",
  },
});
