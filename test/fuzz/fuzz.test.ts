// The short form of the fuzzer: a few hundred inputs of each target. The long form is main.ts.
import { describe, expect, it } from "vitest";
import { inputOf, runCase, TARGETS } from "./run.ts";

const CASES = 250;

describe("whatever is read", () => {
  it.each(Object.entries(TARGETS))(
    "%s ends in an answer or an error of ours, and comes back the same",
    async (_, target) => {
      const failed: string[] = [];
      let accepted = 0;
      for (let seed = 1; seed <= CASES; seed++) {
        const { verdict, why } = await runCase(target, seed);
        if (verdict === "accepted") accepted++;
        if (why !== undefined) failed.push(`seed ${seed}: ${why}`);
      }
      expect(failed).toEqual([]);
      // Good inputs are among them, and are taken.
      expect(accepted).toBeGreaterThan(0);
    },
  );

  it("a seed gives the same input again", async () => {
    for (const target of Object.values(TARGETS)) {
      expect(await inputOf(target, 7)).toEqual(await inputOf(target, 7));
    }
  });

  it("a target that lies is found out", async () => {
    const lying = {
      words: ["x"] as const,
      good: () => Buffer.from("good"),
      judge: () => Promise.reject(new TypeError("not ours")),
    };
    expect(await runCase(lying, 1)).toMatchObject({
      verdict: "failed",
      why: expect.stringMatching(/TypeError: not ours/),
    });
  });
});
