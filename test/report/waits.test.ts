// What a batch waits for, and the command that comes next: each must be one that the command line
// knows.
import { describe, expect, it } from "vitest";
import { deriveStatus } from "../../src/ledger/state.ts";
import { groupWaits, type Wait, waitOf } from "../../src/report/waits.ts";
import { VERBS } from "../../src/verbs/table.ts";
import { BATCH, finding, marks, purged, receipts, RULES, seal } from "../ledger/marks.ts";
import { DAY_MS, HOUR_MS } from "../support/values.ts";

const S = seal("s", 80);
const YOUNG = seal("y", 99);
const context = { flow: "f", period: "2025-11", purgedMs: undefined, reconcileMs: HOUR_MS };
const approved = { ...RULES, approvedSeals: new Set([S.key]) };
const sealed = { seals: [S], verified: receipts(S) };

const WAITS: [string, ReturnType<typeof deriveStatus>, Partial<Wait> | undefined][] = [
  ["planned", deriveStatus(BATCH, marks(), RULES), { for: "archiving" }],
  [
    "late",
    deriveStatus(BATCH, marks({ ...sealed, findings: [finding(90, S)] }), RULES),
    { next: "cellarman archive f --period 2025-11" },
  ],
  ["archived", deriveStatus(BATCH, marks({ seals: [S] }), RULES), { for: "verification" }],
  [
    "verified",
    deriveStatus(BATCH, marks(sealed), { ...RULES, mode: "never" }),
    { for: "nothing: purge.mode is never", next: undefined },
  ],
  [
    "cooling",
    deriveStatus(BATCH, marks({ seals: [YOUNG], verified: receipts(YOUNG) }), RULES),
    { for: "grace", untilMs: 113 * DAY_MS, next: undefined },
  ],
  [
    "cooling",
    deriveStatus(BATCH, marks(sealed), RULES),
    { for: "approval", next: "cellarman approve f 2025-11" },
  ],
  ["approved", deriveStatus(BATCH, marks(sealed), approved), { next: "cellarman run f" }],
  [
    "purging",
    deriveStatus(BATCH, marks({ ...sealed, intents: 1 }), approved),
    { next: "cellarman purge f --period 2025-11" },
  ],
  [
    "purged",
    deriveStatus(BATCH, marks({ ...sealed, intents: 1, purged: [purged(95, 1)] }), approved),
    { for: "reconciliation" },
  ],
];

describe("waitOf", () => {
  it.each(WAITS)("%s", (state, status, wait) => {
    expect(status.state).toBe(state);
    const found = waitOf(status, context);
    expect(found).toMatchObject(wait ?? {});
    const [name = "", verb = ""] = found?.next?.split(" ") ?? ["cellarman", "run"];
    expect([name, Object.hasOwn(VERBS, verb)]).toEqual(["cellarman", true]);
    if (found?.next?.includes("--period")) {
      expect(VERBS[verb]?.options).toHaveProperty("period");
    }
  });

  it("says when a purged batch is reconciled", () => {
    const status = deriveStatus(BATCH, marks({ ...sealed, purged: [purged(95, 1)] }), approved);
    const wait = waitOf(status, { ...context, purgedMs: 95 * DAY_MS });
    expect(wait?.untilMs).toBe(95 * DAY_MS + HOUR_MS);
  });

  it("asks for nothing when it is done", () => {
    const ended = { ...sealed, ended: [seal("e", 90)] };
    expect(waitOf(deriveStatus(BATCH, marks(ended), RULES), context)).toBeUndefined();
  });
});

it("groupWaits puts equal waits together, the most batches first", () => {
  const grace = (untilMs: number): Wait => ({ for: "grace", untilMs, next: undefined });
  const approval: Wait = { for: "approval", untilMs: undefined, next: "x" };
  const groups = groupWaits([approval, grace(5), undefined, grace(9), grace(7)]);
  expect(groups.map((g) => [g.wait.for, g.batches, g.firstMs, g.lastMs])).toEqual([
    ["grace", 3, 5, 9],
    ["approval", 1, undefined, undefined],
  ]);
});
