// What a run should do next, from the batches' derived states.
import { describe, expect, test } from "vitest";
import { type BatchState, deriveStatus } from "../../src/ledger/state.ts";
import { dueStep, isDue, isEnded, tally } from "../../src/plan/due.ts";
import { BATCH, marks, RULES } from "../ledger/marks.ts";

describe("what is due", () => {
  const steps: [BatchState, string | undefined][] = [
    ["planned", "archive"],
    ["late", "archive"],
    ["archived", "verify"],
    ["verified", undefined],
    ["cooling", undefined],
    ["approved", "purge"],
    ["purging", "purge"],
    ["purged", undefined],
    ["reconciled", undefined],
    ["empty", undefined],
  ];
  const inState = (state: BatchState) => ({ ...deriveStatus(BATCH, marks(), RULES), state });

  test.each(steps)("%s: %s", (state, step) => {
    expect(dueStep(inState(state))).toBe(step);
    for (const one of ["archive", "verify", "purge"] as const) {
      expect(isDue(inState(state), one)).toBe(one === step);
    }
  });

  test("only reconciled and empty are ends", () => {
    expect(steps.filter(([state]) => isEnded(inState(state))).map(([s]) => s)).toEqual([
      "reconciled",
      "empty",
    ]);
  });

  test("states are counted", () => {
    expect(tally([inState("planned"), inState("late"), inState("planned")])).toEqual({
      planned: 2,
      late: 1,
    });
  });
});
