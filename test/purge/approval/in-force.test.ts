// Which approvals are in force on a view's seals, and what is said where none is.
import { describe, expect, test } from "vitest";
import { approvalsInForce, approves, unapproved } from "../../../src/purge/approval/in-force.ts";
import type { Approval } from "../../../src/purge/approval/read.ts";
import { sealOf } from "../../ledger/seals.ts";
import { DAY_MS, hexHash } from "../../support/values.ts";
import { gateCase } from "../cases.ts";

const [ONE, TWO] = [sealOf("s1"), sealOf("s2")];
const RETIRED = sealOf("s3", { plan: hexHash(99) });
const LIFE_MS = 30 * DAY_MS;

const approval = (said: Partial<Approval> = {}): Approval => ({
  key: "approved/1",
  record: undefined,
  seals: [ONE, TWO].map(({ key, sha256 }) => ({ key, sha256 })),
  atMs: 0,
  isVoidedByOthers: false,
  refused: undefined,
  ...said,
});
const inForce = (
  one: Approval,
  { seals = [ONE, TWO], rests = [] as string[], nowMs = LIFE_MS } = {},
): boolean => approvalsInForce([one], gateCase(), seals, new Set(rests), nowMs).length === 1;

test("an approval names a seal by key and digest, both", () => {
  expect(approves(approval(), ONE)).toBe(true);
  expect(approves(approval(), sealOf("s9"))).toBe(false);
  expect(approves(approval(), { ...ONE, key: TWO.key })).toBe(false);
  expect(approves(approval(), { ...ONE, sha256: hexHash(9) })).toBe(false);
  expect(approves(approval({ seals: [] }), ONE)).toBe(false);
});

describe("an approval", () => {
  test("ends 30 days after it was given, unless a purge rests on it", () => {
    expect(inForce(approval())).toBe(true);
    expect(inForce(approval(), { nowMs: LIFE_MS + 1 })).toBe(false);
    expect(inForce(approval({ atMs: 5 }), { nowMs: LIFE_MS + 5 })).toBe(true);
    const said = { nowMs: LIFE_MS + 1, rests: ["approved/1"] };
    expect(inForce(approval(), said)).toBe(true);
    expect(inForce(approval({ key: "approved/2" }), said)).toBe(false);
  });

  test("that is refused does not count, unless a purge rests on it", () => {
    const refused = approval({ refused: "no person approved it" });
    expect(inForce(refused)).toBe(false);
    expect(inForce(refused, { rests: [refused.key] })).toBe(true);
  });

  test("that others void is void by one seal of the plan that it does not name, at once", () => {
    const whole = approval({ isVoidedByOthers: true });
    expect(inForce(whole)).toBe(true);
    const seals = [ONE, sealOf("s4")];
    expect(inForce(whole, { seals })).toBe(false);
    expect(inForce(whole, { seals, rests: [whole.key] })).toBe(false);
    expect(inForce(approval(), { seals })).toBe(true);
    // A retired plan's seals are nobody's to approve.
    expect(inForce(whole, { seals: [ONE, TWO, RETIRED] })).toBe(true);
  });
});

describe("why a seal is not approved", () => {
  const refused = approval({ refused: "it was not approved by E" });
  const voided = approval({ isVoidedByOthers: true });

  test.each<[string, Approval[], string | undefined, Approval[]]>([
    ["not approved", [], undefined, []],
    ["not approved", [approval()], undefined, []],
    ["not approved", [refused, voided], "nothing there", [approval()]],
    ["not approved: nothing there", [refused], "nothing there", []],
    ["not approved: it was not approved by E", [voided, refused], undefined, []],
    [
      "not approved: expired, or void by a seal that came after it",
      [approval(), voided],
      undefined,
      [],
    ],
  ])("%s", (why, approvals, none, others) => {
    expect(unapproved({ approvals, none }, others)).toBe(why);
  });
});
