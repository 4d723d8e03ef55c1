// Which seals no later run will make count: a point that only they hold needs a further attempt.
import { describe, expect, test } from "vitest";
import { sealKeyOf } from "../ledger/seals.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexHash } from "../support/values.ts";
import { GRACE_MS, lacksOf, plantSeal, RETIRED } from "./planted.ts";

describe("a seal", () => {
  test("that is not its batch's newest will never be verified or approved: final", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1", { verifiedBy: null });
    cold.clockMs = 1;
    plantSeal(cold, "s2", { verifiedBy: null });
    plantSeal(cold, "s3", { batch: RETIRED, plan: hexHash(99) });
    cold.clockMs = 2 * GRACE_MS;
    const said = { retiredSeals: [sealKeyOf("s3", RETIRED)] };
    expect(await lacksOf(cold, said)).toEqual([
      { why: "not verified by another process", earliestMs: undefined, isFinal: true },
      { why: "not verified by another process", earliestMs: undefined, isFinal: false },
      { why: "its plan was retired", earliestMs: undefined, isFinal: true },
    ]);
  });

  test("of two of one instant the later listed is the newest, as verify takes it", async () => {
    const cold = memoryCold();
    for (const id of ["s1", "s2"]) plantSeal(cold, id, { verifiedBy: null });
    cold.clockMs = 2 * GRACE_MS;
    const finals = (await lacksOf(cold)).map((lack) => lack?.isFinal);
    expect(finals).toEqual([true, false]);
  });

  test("while its grace runs is not final, newest or not", async () => {
    const cold = memoryCold();
    plantSeal(cold, "s1");
    cold.clockMs = 1;
    plantSeal(cold, "s2");
    const finals = (await lacksOf(cold)).map((lack) => lack?.isFinal);
    expect(finals).toEqual([false, false]);
  });
});
