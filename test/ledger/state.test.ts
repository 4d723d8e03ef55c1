// Batch states are derived from the ledger, none is stored (design §3): absent → planned → archived
// → verified → cooling → approved → purging → purged → reconciled; empty; and back to archive when
// points came late.
import { describe, expect, test } from "vitest";
import type { PlannedBatch } from "../../src/ledger/records.ts";
import {
  type BatchMarks,
  type BatchState,
  deriveStatus,
  type StateRules,
} from "../../src/ledger/state.ts";
import { dueStep, isDue } from "../../src/plan/due.ts";
import { DAY_MS } from "../support/values.ts";
import { BATCH, finding, mark, marks, purged, receipts, RULES, seal } from "./marks.ts";

const statusOf = (said: Partial<BatchMarks>, rules: Partial<StateRules> = {}) =>
  deriveStatus(BATCH, marks(said), { ...RULES, ...rules });

const S1 = seal("s1", 10);
const S2 = seal("s2", 40);
const APPROVED = { approvedSeals: new Set([S1.key]) };
const DAY_20 = { nowMs: 20 * DAY_MS };

describe("a ledger gives a state", () => {
  const table: [string, BatchState, Partial<BatchMarks>, Partial<StateRules>][] = [
    ["nothing written", "planned", {}, {}],
    ["a seal", "archived", { seals: [S1] }, {}],
    ["a receipt for another seal only", "archived", { seals: [S1], verified: receipts(S2) }, {}],
    [
      "a receipt, in a flow that never purges",
      "verified",
      { seals: [S1], verified: receipts(S1) },
      { mode: "never" },
    ],
    [
      "a receipt, grace not over",
      "cooling",
      { seals: [S1], verified: receipts(S1) },
      { ...DAY_20, ...APPROVED },
    ],
    ["grace over, not approved", "cooling", { seals: [S1], verified: receipts(S1) }, {}],
    ["grace over and approved", "approved", { seals: [S1], verified: receipts(S1) }, APPROVED],
    [
      "grace over, automatic",
      "approved",
      { seals: [S1], verified: receipts(S1) },
      { mode: "automatic" },
    ],
    [
      "an intent without a receipt",
      "purging",
      { seals: [S1], verified: receipts(S1), intents: 1 },
      APPROVED,
    ],
    [
      "a receipt that was lost: two intents, one settled",
      "purging",
      { seals: [S1], intents: 2, purged: [purged(30, 1)] },
      {},
    ],
    [
      "all intents settled",
      "purged",
      { seals: [S1], verified: receipts(S1), intents: 2, purged: [purged(30, 2)] },
      {},
    ],
    [
      "settled by an older receipt of more",
      "purged",
      { seals: [S1], intents: 2, purged: [purged(30, 2), purged(31, 1)] },
      {},
    ],
    ["hot was empty, nothing deleted", "purged", { seals: [S1], purged: [purged(30, 0)] }, {}],
    [
      "purged and reconciled",
      "reconciled",
      {
        seals: [S1],
        intents: 1,
        purged: [purged(30, 1)],
        reconciled: [mark("reconciled", "r", 31)],
      },
      {},
    ],
    [
      "reconciled before it was purged again",
      "purged",
      {
        seals: [S1],
        intents: 2,
        purged: [purged(30, 1), purged(40, 2)],
        reconciled: [mark("reconciled", "r", 31)],
      },
      {},
    ],
    [
      "both empty",
      "empty",
      { seals: [S1], verified: receipts(S1), ended: [mark("ended", "e", 12)] },
      {},
    ],
    [
      "an intent on record though the approval is gone",
      "purging",
      { seals: [S1], verified: receipts(S1), intents: 1 },
      {},
    ],
  ];
  test.each(table)("%s: %s", (_, state, said, rules) => {
    expect(statusOf(said, rules).state).toBe(state);
  });

  test("every state can be reached", () => {
    const reached = new Set(table.map(([, , said, rules]) => statusOf(said, rules).state));
    reached.add(statusOf({ seals: [S1], findings: [finding(12, S1)] }).state);
    expect([...reached].toSorted()).toEqual([
      "approved",
      "archived",
      "cooling",
      "empty",
      "late",
      "planned",
      "purged",
      "purging",
      "reconciled",
      "verified",
    ]);
  });

  test("what came in the same instant as a seal came after it", () => {
    const day = S1.atMs / DAY_MS;
    const done = { seals: [S1], verified: receipts(S1), intents: 1, purged: [purged(day, 1)] };
    expect(statusOf(done).state).toBe("purged");
    const reconciled = [mark("reconciled", "r", day)];
    expect(statusOf({ ...done, reconciled }).state).toBe("reconciled");
    expect(statusOf({ seals: [S1], ended: [mark("ended", "e", day)] }).state).toBe("empty");
  });

  test("the newest seal counts, in whatever order they are listed", () => {
    const day = S1.atMs / DAY_MS;
    const newer = seal("n", day + 1);
    expect(statusOf({ seals: [newer, S1] }).seal).toBe(newer);
    expect(statusOf({ seals: [S1, newer] }).seal).toBe(newer);
    const twin = seal("t", day);
    expect(statusOf({ seals: [S1, twin] }).seal).toBe(twin);
  });

  test("grace ends exactly coolMs after the seal, by the store's clock", () => {
    const said = { seals: [S1], verified: receipts(S1) };
    const untilMs = S1.atMs + RULES.coolMs;
    expect(statusOf(said, { ...APPROVED, nowMs: untilMs - 1 })).toMatchObject({
      state: "cooling",
      waitsFor: "grace",
      untilMs,
    });
    expect(statusOf(said, { ...APPROVED, nowMs: untilMs })).toMatchObject({
      state: "approved",
      waitsFor: undefined,
      untilMs,
    });
    expect(statusOf(said, { nowMs: untilMs })).toMatchObject({
      state: "cooling",
      waitsFor: "approval",
    });
  });
});

describe("late points", () => {
  test("a finding that no newer seal answers asks for a further attempt", () => {
    const status = statusOf({ seals: [S1], verified: receipts(S1), findings: [finding(20, S1)] });
    expect(status).toMatchObject({ state: "late", lateCount: 1 });
    expect(dueStep(status)).toBe("archive");
  });

  test("a seal that the finding did not know answers it, and alone is verified and cools", () => {
    const said = { seals: [S1, S2], verified: receipts(S1), findings: [finding(20, S1)] };
    expect(statusOf(said)).toMatchObject({ state: "archived", seal: S2 });
    const verified = { ...said, verified: receipts(S1, S2) };
    expect(statusOf(verified, { nowMs: 41 * DAY_MS })).toMatchObject({
      state: "cooling",
      untilMs: S2.atMs + RULES.coolMs,
    });
  });

  test("an approval of the older seal does not arm the newer", () => {
    const said = { seals: [S1, S2], verified: receipts(S1, S2) };
    expect(statusOf(said, APPROVED)).toMatchObject({ state: "cooling", waitsFor: "approval" });
    expect(statusOf(said, { approvedSeals: new Set([S2.key]) }).state).toBe("approved");
  });

  test("the newest finding counts: an answered one does not hide one that is not", () => {
    const findings = [finding(20, S1), finding(50, S1, S2)];
    expect(statusOf({ seals: [S1, S2], findings })).toMatchObject({ state: "late", lateCount: 2 });
  });

  test("points that came after the purge reopen the batch, and it goes the whole way again", () => {
    const after = { seals: [S1], verified: receipts(S1), intents: 1, purged: [purged(30, 1)] };
    const reconciled = [mark("reconciled", "r", 31)];
    expect(statusOf({ ...after, reconciled, findings: [finding(35, S1)] }).state).toBe("late");
    const again = { ...after, reconciled, findings: [finding(35, S1)], seals: [S1, S2] };
    expect(statusOf(again).state).toBe("archived");
    expect(statusOf({ ...again, verified: receipts(S1, S2) }, { nowMs: 41 * DAY_MS }).state).toBe(
      "cooling",
    );
    const purgedAgain = { ...again, verified: receipts(S1, S2), intents: 2 };
    expect(statusOf(purgedAgain).state).toBe("purging");
    expect(statusOf({ ...purgedAgain, purged: [purged(30, 1), purged(60, 2)] }).state).toBe(
      "purged",
    );
  });

  test("points that came after an empty end reopen the batch", () => {
    const ended = [mark("ended", "e", 12)];
    expect(statusOf({ seals: [S1], ended, findings: [finding(20, S1)] }).state).toBe("late");
    expect(statusOf({ seals: [S1, S2], ended, findings: [finding(20, S1)] }).state).toBe(
      "archived",
    );
  });

  test("a seal that was withdrawn leaves a finding unanswered", () => {
    expect(statusOf({ seals: [], findings: [finding(20, S1)] }).state).toBe("late");
  });
});

describe("late points in a batch that is half purged", () => {
  const half = { seals: [S1], verified: receipts(S1), intents: 1, findings: [finding(20, S1)] };

  test("ask for a further attempt, and the open intent is not forgotten", () => {
    expect(statusOf(half)).toMatchObject({ state: "late", openIntent: true });
  });

  test("the further attempt is due for verification, or the gate could never rest on it", () => {
    const sealed = statusOf({ ...half, seals: [S1, S2] });
    expect(sealed).toMatchObject({ state: "purging", verified: false });
    expect([isDue(sealed, "purge"), isDue(sealed, "verify")]).toEqual([true, true]);
    const verified = statusOf({ ...half, seals: [S1, S2], verified: receipts(S1, S2) });
    expect([isDue(verified, "purge"), isDue(verified, "verify")]).toEqual([true, false]);
  });
});

test("a status names its batch", () => {
  const other: PlannedBatch = { ...BATCH, id: "bbbbbbbb-00001" };
  expect(deriveStatus(other, marks(), RULES).batch).toBe(other);
});
