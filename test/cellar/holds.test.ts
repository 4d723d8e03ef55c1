// Holds block until a person lifts them; they are found by key, and a lift quotes the hold that it
// lifts (design §3).
import { describe, expect, test } from "vitest";
import {
  describeScope,
  putHold,
  readHolds,
  sameFamily,
  scopesOf,
  serverId,
} from "../../src/cellar/holds.ts";
import { writeNumbered } from "../../src/cellar/records.ts";
import { holdKey, type HoldScope, liftKey } from "../../src/ledger/keys.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexHash, hexId, rejected } from "../support/values.ts";

const AT = { flow: "f", period: "2025-11", batch: "aaaaaaaa-00000" };
const BATCH: HoldScope = { kind: "batch", ...AT };
const SCOPES: HoldScope[] = [
  { kind: "all" },
  { kind: "server", server: serverId("https://a.example.net") },
  { kind: "flow", flow: "f" },
  { kind: "period", flow: "f", period: "2025-11" },
  BATCH,
];

const hold = (said: { reason?: string; finding?: string | null; process?: string } = {}) => ({
  process: hexId(1),
  by: "tool" as const,
  reason: "short plan",
  finding: null,
  ...said,
});

/** Lifts the hold number `n` of a scope, as the verb does. */
async function lift(cold: MemoryCold, scope: HoldScope, n = 1): Promise<void> {
  const { active } = await readHolds(cold, [scope]);
  const found = active.find((a) => a.hold.key === holdKey(scope, n))?.hold;
  await writeNumbered(cold, (m) => liftKey(scope, m), {
    schema: "cellarman/lift/1",
    process: hexId(2),
    hold: found?.sha256 ?? "",
    finding: found?.value.finding ?? null,
    reason: "looked at it",
  });
}

const reasons = async (cold: MemoryCold, scopes = SCOPES): Promise<string[]> =>
  (await readHolds(cold, scopes)).active.map((a) => a.hold.value.reason);

describe("the scopes that block a batch", () => {
  test("are everything, server, flow, period, batch and each that it was split from", () => {
    const parents = ["bbbbbbbb-00000", "cccccccc-00000"];
    expect(scopesOf(AT, "https://a.example.net", { parents })).toEqual([
      ...SCOPES,
      { ...BATCH, batch: "bbbbbbbb-00000" },
      { ...BATCH, batch: "cccccccc-00000" },
    ]);
  });

  test.each(SCOPES)("a hold on $kind is found among them", async (scope) => {
    const cold = memoryCold();
    await putHold(cold, scope, hold());
    expect(await reasons(cold, scopesOf(AT, "https://a.example.net", { parents: [] }))).toEqual([
      "short plan",
    ]);
  });

  test("a hold on another server, flow, period or batch is not", async () => {
    const cold = memoryCold();
    await putHold(cold, { kind: "server", server: serverId("https://b.example.net") }, hold());
    await putHold(cold, { kind: "flow", flow: "other" }, hold());
    await putHold(cold, { kind: "period", flow: "f", period: "2025-12" }, hold());
    await putHold(cold, { ...BATCH, batch: "aaaaaaaa-00001" }, hold());
    expect(await reasons(cold)).toEqual([]);
  });

  test("have words for people", () => {
    expect(SCOPES.map(describeScope)).toEqual([
      "everything",
      "this Warp 10 server",
      "flow f",
      "period 2025-11 of f",
      "batch aaaaaaaa-00000 of f 2025-11",
    ]);
  });
});

describe("reading holds", () => {
  test("asks for keys, never for a listing", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold());
    await readHolds(cold, SCOPES);
    expect(cold.calls.filter((c) => c.startsWith("list"))).toEqual([]);
  });

  test("throws when one cannot be read, whichever it is", async () => {
    for (const scope of SCOPES) {
      const cold = memoryCold();
      cold.hook = (_, key) => {
        if (key === holdKey(scope, 1)) throw new CellarmanError("network", "no answer");
      };
      expect(await rejected(readHolds(cold, SCOPES))).toMatchObject({ code: "network" });
    }
  });

  test("throws when a lift cannot be read: it may lift another one", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold());
    await cold.put(liftKey(BATCH, 1), Buffer.from("garbage"));
    expect(await rejected(readHolds(cold, SCOPES))).toMatchObject({ code: "unreadable" });
  });

  test("finds all holds of a scope", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold({ reason: "one" }));
    await putHold(cold, BATCH, hold({ reason: "two" }));
    expect(await reasons(cold)).toEqual(["one", "two"]);
  });
});

describe("a lift", () => {
  test("lifts exactly the hold whose digest it quotes", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold({ reason: "one" }));
    await putHold(cold, BATCH, hold({ reason: "two" }));
    await lift(cold, BATCH, 1);
    expect(await reasons(cold)).toEqual(["two"]);
  });

  test("of another scope lifts nothing, though it quotes the digest", async () => {
    const cold = memoryCold();
    const period = SCOPES[3] ?? BATCH;
    await putHold(cold, BATCH, hold());
    await putHold(cold, period, hold());
    await lift(cold, period);
    expect((await readHolds(cold, SCOPES)).active.map((a) => a.scope)).toEqual([BATCH]);
  });

  test("tells its finding, for the gate to pass over exactly that, and its time", async () => {
    const cold = memoryCold(5_000);
    await putHold(cold, BATCH, hold({ finding: hexHash(7) }));
    expect((await readHolds(cold, SCOPES)).liftedFindings.size).toBe(0);
    cold.clockMs = 6_000;
    await lift(cold, BATCH);
    const read = await readHolds(cold, SCOPES);
    expect([...read.liftedFindings]).toEqual([hexHash(7)]);
    expect(read).toMatchObject({ active: [], lastLiftMs: 6_000 });
  });

  test("does not lift the very same hold put again later", async () => {
    const cold = memoryCold(1_000);
    await putHold(cold, BATCH, hold());
    await lift(cold, BATCH);
    expect(await reasons(cold)).toEqual([]);
    cold.clockMs = 60_000;
    await putHold(cold, BATCH, hold());
    expect(await reasons(cold)).toEqual(["short plan"]);
  });
});

describe("putting a hold", () => {
  test("that is in force already, with the same cause and finding, writes nothing", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold());
    await putHold(cold, BATCH, hold({ process: hexId(9) }));
    expect(cold.objects.size).toBe(1);
  });

  test("with another cause or another finding writes another", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold());
    await putHold(cold, BATCH, hold({ reason: "other" }));
    await putHold(cold, BATCH, hold({ finding: hexHash(1) }));
    expect(cold.objects.size).toBe(3);
  });

  test("for a finding that a person lifted writes nothing; for another one it does", async () => {
    const cold = memoryCold();
    await putHold(cold, BATCH, hold({ finding: hexHash(1) }));
    await lift(cold, BATCH);
    await putHold(cold, BATCH, hold({ finding: hexHash(1) }));
    expect(await reasons(cold)).toEqual([]);
    await putHold(cold, BATCH, hold({ finding: hexHash(2) }));
    expect(await reasons(cold)).toEqual(["short plan"]);
  });

  test("by two at once leaves it held", async () => {
    const cold = memoryCold();
    await Promise.all([
      putHold(cold, BATCH, hold()),
      putHold(cold, BATCH, hold({ process: hexId(3) })),
    ]);
    expect((await reasons(cold)).length).toBeGreaterThan(0);
  });
});

test("batches of one plan share what stands before the hyphen", () => {
  expect(sameFamily("aaaaaaaa-00000", "aaaaaaaa-00001")).toBe(true);
  expect(sameFamily("aaaaaaaa-00000", "bbbbbbbb-00000")).toBe(false);
});
