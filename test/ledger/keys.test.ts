// Keys begin with their role and hold only characters of a fixed grammar (design §5; reliability
// C9).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  approvalKey,
  attemptPrefix,
  batchFamily,
  batchRecordKey,
  closedKey,
  fenceProbeKey,
  holdKey,
  idOfKey,
  intentKey,
  joinKey,
  liftKey,
  markerKey,
  parseBatchRecordKey,
  periodPrefix,
  planKey,
  purgedKey,
  purgeListKey,
  recountKey,
  retiredKey,
  rulingKey,
  supplementKey,
  verifiedKey,
} from "../../src/ledger/keys.ts";
import { checkedKey } from "../../src/cellar/place.ts";
import { CellarmanError } from "../../src/runtime/errors.ts";
import { caught, hexId } from "../support/values.ts";

fc.configureGlobal({ seed: 4 });

const P = { flow: "f-1", period: "2025-W03" };
const B = { ...P, batch: "aaaaaaaa-00000" };
const ID = hexId(1);

const ALL = {
  data: `${attemptPrefix(B, ID)}points-0.parquet`,
  plans: planKey(P, ID),
  supplements: supplementKey(P, ID),
  rulings: rulingKey(P, 1),
  retired: retiredKey(P, 1),
  markers: markerKey(B, 1),
  intents: intentKey(B, 1),
  recounts: recountKey(ID, 1),
  seals: batchRecordKey("seals", B, ID),
  verified: verifiedKey(B, ID, ID),
  purged: purgedKey(B, 2, ID),
  approved: approvalKey(P, ID),
  closed: closedKey(P, ID),
  lists: purgeListKey("f-1", ID),
  fences: fenceProbeKey(P, ID),
  holds: holdKey({ kind: "batch", ...B }, 1),
  lifts: liftKey({ kind: "batch", ...B }, 1),
};

const letter = fc.constantFrom(..."aZ09._=-/\\% \t\n\0é🜁\ud800%2e");

describe("keys", () => {
  test("are all different, and all are keys that the store's adapter takes", () => {
    expect(new Set(Object.values(ALL)).size).toBe(Object.keys(ALL).length);
    for (const key of Object.values(ALL)) expect(checkedKey(key)).toBe(key);
  });

  test("begin with their role, so that a job's bucket key can be limited to its prefixes", () => {
    const roles = Object.values(ALL).map((key) => key.split("/")[0] ?? "");
    expect([...new Set(roles)].toSorted()).toEqual([
      "approved",
      "closed",
      "data",
      "fences",
      "holds",
      "intents",
      "lifts",
      "lists",
      "markers",
      "plans",
      "purged",
      "recounts",
      "seals",
      "verified",
    ]);
  });

  test("of holds and lifts differ by scope, and pair by scope and number alone", () => {
    const scopes = [
      { kind: "all" },
      { kind: "server", server: "s" },
      { kind: "flow", flow: "s" },
      { kind: "period", ...P },
      { kind: "batch", ...B },
    ] as const;
    expect(new Set(scopes.map((scope) => holdKey(scope, 1))).size).toBe(5);
    for (const scope of scopes)
      expect(liftKey(scope, 3)).toBe(holdKey(scope, 3).replace("holds", "lifts"));
  });

  test("never hold what could leave their place", () => {
    const odd = [
      "",
      ".",
      "..",
      "a/b",
      "a b",
      "%2e%2e",
      "a\\b",
      "é",
      "a\0",
      "-a",
      ".a",
      "a".repeat(129),
    ];
    for (const segment of odd)
      expect(caught(() => joinKey("seals", segment))).toMatchObject({ code: "internal" });
    fc.assert(
      fc.property(fc.string({ unit: letter }), (segment) => {
        try {
          expect(checkedKey(joinKey("seals", segment)).split("/")).toEqual(["seals", segment]);
        } catch (error) {
          expect(error instanceof CellarmanError && error.code).toBe("internal");
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("reading keys", () => {
  test("a batch record's place comes back from its key", () => {
    expect(parseBatchRecordKey(ALL.seals)).toEqual({ role: "seals", ...B, id: ID });
    expect(parseBatchRecordKey(ALL.verified)).toMatchObject({
      role: "verified",
      id: `${ID}.${ID}`,
    });
  });

  test.each([ALL.plans, ALL.intents, ALL.data, ALL.holds, "seals/a/b/c/d", ""])(
    "%s is no batch record",
    (key) => {
      expect(parseBatchRecordKey(key)).toBeUndefined();
    },
  );

  test("the id is what stands last, without .json", () => {
    expect([idOfKey(ALL.seals), idOfKey(ALL.intents), idOfKey("x.json")]).toEqual([ID, "1", "x"]);
  });

  test("a period's prefix holds its records and no other period's", () => {
    expect(ALL.seals.startsWith(periodPrefix("seals", P))).toBe(true);
    const other = batchRecordKey("seals", { ...B, period: "2025-W030" }, ID);
    expect(other.startsWith(periodPrefix("seals", P))).toBe(false);
  });

  test("a batch's family is its plan's or supplement's id", () => {
    expect(batchFamily("aaaaaaaa-00012")).toBe("aaaaaaaa");
  });
});
