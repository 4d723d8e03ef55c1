// A finding asks for a further attempt and permits nothing: one that cannot be read asks all the
// same, and keeps nobody from the rest of the period.
import { describe, expect, test } from "vitest";
import { readPeriod } from "../../src/cellar/snapshot.ts";
import { batchRecordKey } from "../../src/ledger/keys.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { AT } from "../ledger/plans.ts";
import { type MemoryCold, memoryCold } from "../support/memory-cold.ts";
import { hexId, rejected } from "../support/values.ts";

const B = { ...AT, batch: "aaaaaaaa-00000" };
const [EARLY, LATER] = ["s1", "s2"].map((id) => batchRecordKey("seals", B, id));
const KEY = batchRecordKey("findings", B, "f1");

/** A seal, and then a finding that knew none. */
function sealedThenFound(finding: object): MemoryCold {
  const cold = memoryCold(5_000);
  cold.plant(EARLY ?? "", {});
  cold.plant(KEY, finding);
  return cold;
}

const FINDING = {
  schema: "cellarman/finding/1",
  ...B,
  process: hexId(1),
  outcome: "late",
  seals: [],
  series: [],
};

describe("a finding", () => {
  test("that cannot be read knew every seal that is not younger", async () => {
    const cold = sealedThenFound({});
    const marks = async () => (await readPeriod(cold, AT)).marksOf(B.batch);
    expect((await marks()).findings).toMatchObject([{ id: "f1", seals: [EARLY] }]);
    cold.clockMs = 6_000;
    cold.plant(LATER ?? "", {});
    expect(await marks()).toMatchObject({
      seals: [{ key: EARLY }, { key: LATER }],
      findings: [{ id: "f1", seals: [EARLY] }],
    });
  });

  test("that is listed and gone is no other", async () => {
    const cold = sealedThenFound(FINDING);
    const gone = { ...cold, get: async (k: string) => (k === KEY ? undefined : cold.get(k)) };
    const { findings } = (await readPeriod(gone, AT)).marksOf(B.batch);
    expect(findings).toMatchObject([{ id: "f1", seals: [EARLY] }]);
  });

  test("that gets no answer throws", async () => {
    const cold = sealedThenFound(FINDING);
    cold.hook = (call, key) => {
      if (call === "get" && key === KEY) throw new CellarmanError("network", "no answer");
    };
    expect(await rejected(readPeriod(cold, AT))).toMatchObject({ code: "network" });
  });
});
