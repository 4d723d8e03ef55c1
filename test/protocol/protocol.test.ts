// The short form of the model: a few hundred histories, and proof that it notices a missing
// protection. The long form is main.ts.
import { describe, expect, it } from "vitest";
import { runBatch } from "./batch.ts";
import { runHistory } from "./history.ts";
import type { Mutant } from "./mutant.ts";
import { COLD_MUTANTS } from "../mutants/ports-cold.ts";
import { HOT_MUTANTS } from "../mutants/ports-hot.ts";

/** Histories of a deletion, at least. */
const DELETING = 0.05;

describe("whatever happens", () => {
  it("no delete loses a point while writers obey the fence", async () => {
    const told = await runBatch("safety", 1, 150);
    expect(told.failures).toEqual([]);
    expect(told.deleted).toBeGreaterThan(told.histories * DELETING);
  });

  it("every batch ends when faults do", async () => {
    const told = await runBatch("liveness", 501, 25);
    expect(told.failures).toEqual([]);
    expect(told.deleted).toBeGreaterThan(0);
  });

  it("a seed tells the same story twice", async () => {
    const once = await runHistory({ seed: 7 });
    expect(await runHistory({ seed: 7 })).toEqual(once);
  });
});

describe("a missing protection breaks a promise", () => {
  const mutants: Readonly<Record<string, Mutant>> = { ...HOT_MUTANTS, ...COLD_MUTANTS };
  const names = ["content gate", "receipt from another process", "approval"];

  it.each(names)("%s", async (name) => {
    const mutant = mutants[name];
    let broken: string | undefined;
    for (let seed = 1; seed <= 100 && broken === undefined; seed++) {
      broken = (await runHistory({ seed, ...(mutant ? { mutant } : {}) })).broken?.promise;
    }
    expect(broken).toBeDefined();
  });
});
