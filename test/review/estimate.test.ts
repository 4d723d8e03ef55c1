// What a period amounts to: by its own ledger, else by the server, else by the flow's history.
import { describe, expect, it } from "vitest";
import { amountsOf, sumOf } from "../../src/review/estimate.ts";
import { type Amounts, type FlowFacts, NOTHING_KNOWN, UNKNOWN } from "../../src/review/facts.ts";

const DAY = 86_400_000;
const period = (name: string, days = 30) => ({ name, fromMs: 0, toMs: days * DAY });

const ledger = (points: bigint, bytes: bigint, hours: number | null = null): Amounts => ({
  from: "ledger",
  batches: 2,
  series: 10n,
  points,
  bytes,
  hours,
});

const facts = (more: Partial<FlowFacts> = {}): FlowFacts => ({
  periods: new Map(
    [ledger(1_000n, 500n, 2), ledger(3_000n, 1_500n, 6)].map((amounts, i) => [
      `2025-1${i}`,
      { state: "open", amounts, verifiedMs: 0, purged: 0, approved: false },
    ]),
  ),
  selection: undefined,
  unknown: [],
  ...more,
});

const selection = {
  before: 10n,
  after: 40n,
  added: 30n,
  dropped: 0n,
  pointsPerMs: 100 / DAY,
  batches: { before: 2, after: 8 },
};

describe("a period", () => {
  it("that the ledger has is what the ledger says, as long as the selection stays", () => {
    expect(amountsOf(period("2025-10"), "after", facts(), true)).toEqual(ledger(1_000n, 500n, 2));
    const before = amountsOf(period("2025-10"), "before", facts(), false);
    expect(before).toEqual(ledger(1_000n, 500n, 2));
    expect(amountsOf(period("2025-10"), "after", facts(), false)).toEqual(UNKNOWN);
  });

  it("that it has not is what the server's series make; bytes and hours by history", () => {
    const known = facts({ selection });
    expect(amountsOf(period("2025-12"), "after", known, false)).toEqual({
      from: "server",
      batches: 8,
      series: 40n,
      points: 120_000n,
      bytes: 60_000n,
      hours: 240,
    });
    expect(amountsOf(period("2025-12", 15), "before", known, true).points).toBe(15_000n);
  });

  it("is as the newest ones were, where the server does not tell its points", () => {
    const known = facts({ selection: { ...selection, pointsPerMs: null } });
    expect(amountsOf(period("2025-12"), "after", known, true)).toMatchObject({
      from: "server",
      series: 40n,
      points: 2_000n,
    });
    expect(amountsOf(period("2025-12"), "after", known, false).points).toBeNull();
    expect(amountsOf(period("2025-12"), "after", facts(), true)).toMatchObject({
      from: "history",
      points: 2_000n,
      bytes: 1_000n,
      hours: 4,
    });
  });

  it("is not known where nothing is", () => {
    expect(amountsOf(period("2025-12"), "after", NOTHING_KNOWN, true)).toEqual(UNKNOWN);
  });
});

describe("a sum", () => {
  it("of none is nothing; of one that is not known it is not known", () => {
    expect(sumOf([])).toMatchObject({ batches: 0, points: 0n, hours: 0 });
    const all = sumOf([ledger(1n, 1n), UNKNOWN]);
    expect(all).toMatchObject({ batches: null, points: null, bytes: null });
    expect(sumOf([ledger(1n, 2n, 1), ledger(3n, 4n, 2)])).toEqual({
      from: "ledger",
      batches: 4,
      series: 10n,
      points: 4n,
      bytes: 6n,
      hours: 3,
    });
  });
});
