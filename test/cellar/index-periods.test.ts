// The flow's planned periods, and which of them are closed (design §3, "A period ends").
import { describe, expect, test } from "vitest";
import { indexPeriods } from "../../src/cellar/snapshot.ts";
import { closedKey } from "../../src/ledger/keys.ts";
import { AT } from "../ledger/plans.ts";
import { memoryCold } from "../support/memory-cold.ts";
import { hexId } from "../support/values.ts";

describe("the flow's periods", () => {
  const close = (cold: ReturnType<typeof memoryCold>, period: string) =>
    cold.plant(closedKey({ flow: "f", period }, hexId(1)), {});
  const state = async (cold: ReturnType<typeof memoryCold>) =>
    (await indexPeriods(cold, "f")).map((p) => `${p.period} ${p.closed ? "closed" : "open"}`);

  test("are those with anything planned, oldest first, closed by their receipt", async () => {
    const cold = memoryCold();
    cold.plant("plans/f/2025-12/plan-a.json", {});
    cold.plant("plans/f/2025-11/plan-b.json", {});
    cold.plant("plans/other/2025-10/plan-c.json", {});
    cold.clockMs = 1_000;
    close(cold, "2025-11");
    expect(await state(cold)).toEqual(["2025-11 closed", "2025-12 open"]);
  });

  test("are found by two listings: the ledger's age costs nothing", async () => {
    const cold = memoryCold();
    for (let month = 1; month <= 9; month++) {
      cold.plant(`plans/f/2025-0${month}/plan-a.json`, {});
      close(cold, `2025-0${month}`);
    }
    await indexPeriods(cold, "f");
    expect(cold.calls).toEqual(["list plans/f/", "list closed/f/"]);
  });

  test("a supplement after the receipt reopens the period, until it closes again", async () => {
    const cold = memoryCold(1_000);
    cold.plant("plans/f/2025-11/plan-a.json", {});
    close(cold, "2025-11");
    cold.clockMs = 2_000;
    cold.plant("plans/f/2025-11/supplement-b.json", {});
    expect(await state(cold)).toEqual(["2025-11 open"]);
    cold.clockMs = 3_000;
    cold.plant(closedKey(AT, hexId(2)), {});
    expect(await state(cold)).toEqual(["2025-11 closed"]);
  });

  test("a supplement of the receipt's second reopens it: the store counts seconds", async () => {
    const cold = memoryCold(1_000);
    cold.plant("plans/f/2025-11/plan-a.json", {});
    close(cold, "2025-11");
    cold.plant("plans/f/2025-11/supplement-b.json", {});
    expect(await state(cold)).toEqual(["2025-11 open"]);
  });
});
